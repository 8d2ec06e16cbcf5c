//! `/healthz` and `/metrics` on loopback: a few connections, one request each, GET and HEAD, in bounded time.
//!
//! A server of its own beside that of the control socket, because `axum::serve` knows no limit for time, headers or
//! connections, and this door is open to every process of the machine. Source: the product's rules for its HTTP surface.

use super::{Doctor, pages};
use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Connections at once; others wait until one is free.
const MOST: usize = 8;
/// How long the head of a request may take, and the whole of it with its answer.
const HEAD: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(15);
/// The most a head may hold, in bytes; the library takes no less.
const LARGEST_HEAD: usize = 8192;
/// Pause before a port that is taken is tried again, and after a connection that could not be accepted.
const AGAIN: Duration = Duration::from_secs(10);
const BREATH: Duration = Duration::from_secs(1);

/// Answers until told to stop. A port that is taken is tried again: the desk works all the same.
pub(super) async fn serve(address: SocketAddr, doctor: Doctor, mut stop: watch::Receiver<bool>) {
    let listen = async {
        loop {
            match TcpListener::bind(address).await {
                Ok(listener) => answer_all(listener, &doctor).await,
                Err(error) => {
                    tracing::error!(%address, %error, "the health pages are not there: is the port taken? It is tried again");
                }
            }
            sleep(AGAIN).await;
        }
    };
    tokio::select! {
        () = listen => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn answer_all(listener: TcpListener, doctor: &Doctor) {
    let room = Arc::new(Semaphore::new(MOST));
    let mut connections = JoinSet::new();
    while let Ok(place) = room.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let doctor = doctor.clone();
                connections.spawn(async move {
                    let _too_slow = timeout(WHOLE, one(stream, doctor)).await;
                    drop(place);
                });
            }
            // No descriptor left, say: it passes.
            Err(error) => {
                tracing::warn!(%error, "a connection to the health pages was not accepted");
                sleep(BREATH).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn one(stream: TcpStream, doctor: Doctor) {
    let service = service_fn(move |request| {
        let doctor = doctor.clone();
        async move { Ok::<_, Infallible>(answer(&request, &doctor).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(LARGEST_HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to the health pages ended early");
    }
}

async fn answer<B>(request: &Request<B>, doctor: &Doctor) -> Response<Body> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refused = page(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "only GET and HEAD\n".to_owned());
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match request.uri().path() {
        "/healthz" => {
            let look = doctor.look().await;
            let well = look.troubles().is_empty();
            let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            page(status, "application/json", pages::healthz(&look))
        }
        "/metrics" => {
            page(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", pages::metrics(&doctor.look().await))
        }
        _ => page(StatusCode::NOT_FOUND, "text/plain", "there are /healthz and /metrics\n".to_owned()),
    }
}

fn page(status: StatusCode, kind: &'static str, text: String) -> Response<Body> {
    let mut page = Response::new(Body::from(text));
    *page.status_mut() = status;
    let headers = page.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    page
}
