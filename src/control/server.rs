//! The daemon's end of the control socket.

use super::beside::{self, ChangeLine};
use super::erase::{self, EraseRequest, Erased};
use super::json::Json;
use super::{archive, covers, evidence, gone, rows, view};
use crate::desk::now::Now;
use crate::desk::{Act, Actor, Desk, Input, Role};
use crate::inbox::{Answer, Inbox};
use crate::store::{Archived, Bodies, Point, Search};
use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::IncomingStream;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tokio::net::UnixListener;
use tokio::sync::{mpsc, oneshot, watch};

/// Who is at the other end, by the kernel's word.
#[derive(Debug, Clone)]
pub struct Peer {
    name: String,
}

impl Connected<IncomingStream<'_, UnixListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        let uid = stream.io().peer_cred().map(|peer| peer.uid());
        let name = uid.ok().map(|uid| {
            uzers::get_user_by_uid(uid)
                .map_or_else(|| format!("uid {uid}"), |user| user.name().to_string_lossy().into_owned())
        });
        Self { name: name.unwrap_or_else(|| "unknown".to_owned()) }
    }
}

/// Longest name of somebody who acts, in characters.
const LONGEST_NAME: usize = 60;

type ReadDesk = Box<dyn FnOnce(&Desk, Now) + Send>;

/// A question to the store.
pub enum Ask {
    /// How far the journal is; `None` while it cannot be written.
    Point(oneshot::Sender<Option<Point>>),
    /// What is archived.
    Archived(Search, oneshot::Sender<Result<Vec<Archived>, String>>),
}

/// The ways into the core.
#[derive(Clone)]
pub struct Doors {
    /// Inputs.
    pub inbox: Inbox,
    /// Reading.
    pub queries: mpsc::Sender<ReadDesk>,
    /// What only the store knows.
    pub store: mpsc::Sender<Ask>,
    /// The state directory: what is archived is read from its journal.
    pub state: PathBuf,
    /// Where what was gathered is kept.
    pub bodies: Bodies,
    /// Told when the configuration is to be read again; answered with the faults, or none.
    pub reload: mpsc::Sender<oneshot::Sender<Result<(), String>>>,
}

impl Doors {
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Desk, Now) -> T + Send + 'static,
    ) -> Result<T, Trouble> {
        let (answer, answered) = oneshot::channel();
        let query: ReadDesk = Box::new(move |desk, now| {
            let _ = answer.send(look(desk, now));
        });
        self.queries.send(query).await.map_err(|_| Trouble::Stopping)?;
        answered.await.map_err(|_| Trouble::Stopping)
    }
}

/// What is posted to act.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActRequest {
    /// Who acts, where the account at the socket is shared.
    pub by: Option<String>,
    /// What is done.
    pub act: Act,
}

impl ActRequest {
    /// The act in the name of whoever is at the other end.
    pub(super) fn by_account(self, account: String) -> Input {
        Input::Act { actor: actor(self.by, account), act: salted(self.act) }
    }
}

/// The act with its words salted, each with its own, so that nobody can guess them by their hash once they are erased.
fn salted(act: Act) -> Act {
    // By way of text: straight to a value and back, serde would have another writer and reader of every act, 0.1 MB.
    let text = serde_json::to_vec(&act);
    let Ok(mut value) = text.and_then(|text| serde_json::from_slice(&text)) else { return act };
    salt(&mut value);
    serde_json::from_slice(value.to_string().as_bytes()).unwrap_or(act)
}

fn salt(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(words) if words.contains_key("words") => match crate::store::draw() {
            Ok(salt) => drop(words.insert("salt".to_owned(), salt.into())),
            Err(error) => tracing::warn!(%error, "words are kept without a salt"),
        },
        serde_json::Value::Object(fields) => fields.values_mut().for_each(salt),
        serde_json::Value::Array(all) => all.iter_mut().for_each(salt),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

/// Who acts: `by` where somebody says so, at `account`.
pub(super) fn actor(by: Option<String>, account: String) -> Actor {
    let by = by.map(|by| crate::source::printable(by.trim(), LONGEST_NAME));
    Actor::at_account(by, account, Role::Operator)
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Trouble {
    Stopping,
    NotFound(String),
    Wrong(String),
    NotNow(String),
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        match self {
            Trouble::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "the daemon is stopping".to_owned()),
            Trouble::NotFound(what) => (StatusCode::NOT_FOUND, what),
            Trouble::Wrong(what) => (StatusCode::BAD_REQUEST, what),
            Trouble::NotNow(what) => (StatusCode::CONFLICT, what),
        }
        .into_response()
    }
}

#[derive(Debug, Deserialize)]
struct Listing {
    #[serde(default)]
    all: bool,
    /// 発生 from then on.
    from: Option<Timestamp>,
    /// 発生 before that.
    until: Option<Timestamp>,
}

/// Answers until told to stop.
pub async fn serve(listener: UnixListener, doors: Doors, mut stop: watch::Receiver<bool>) {
    let routes = Router::new()
        .route("/status", get(status))
        .route("/incidents", get(incidents))
        .route("/incidents/{name}", get(incident))
        .route("/evidence/{name}", get(gathered))
        .route("/evidence/{name}/{nth}", get(file))
        .route("/erase/{name}", post(erase))
        .route("/changes", get(changes))
        .route("/outbox", get(outbox))
        .route("/outbox/{name}", get(row))
        .route("/covers", get(covers))
        .route("/ledger", get(ledger))
        .route("/point", get(point))
        .route("/acts", post(act))
        .route("/reload", post(reload))
        .with_state(doors);
    let service = routes.into_make_service_with_connect_info::<Peer>();
    let stopped = async move {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the control socket ended");
    }
}

async fn status(State(doors): State<Doors>) -> Result<Json<view::Status>, Trouble> {
    Ok(Json(doors.read(view::status).await?))
}

async fn incidents(
    State(doors): State<Doors>,
    Query(listing): Query<Listing>,
) -> Result<Json<Vec<view::IncidentLine>>, Trouble> {
    match (listing.from, listing.until) {
        (Some(from), Some(until)) => archive::between(&doors, from, until).await.map(Json),
        _ => Ok(Json(doors.read(move |desk, _| view::incidents(desk, listing.all)).await?)),
    }
}

async fn incident(State(doors): State<Doors>, Path(name): Path<String>) -> Result<Json<view::Dossier>, Trouble> {
    whole(&doors, &name).await.map(Json)
}

/// Everything on record about the incident called `name`, archived or not.
pub(super) async fn whole(doors: &Doors, name: &str) -> Result<view::Dossier, Trouble> {
    let asked = name.to_owned();
    let mut dossier = match doors.read(move |desk, _| view::dossier(desk, &asked)).await? {
        Some(dossier) => {
            let dossier = archive::complete(doors, dossier).await;
            archive::name_links(doors, dossier).await?
        }
        None => archive::dossier(doors, name).await?.ok_or_else(|| no_incident(name))?,
    };
    dossier.gone = gone::removed(doors, &dossier.incident.evidence).await;
    dossier.gone.extend(gone::inked(doors, &dossier).await);
    Ok(dossier)
}

fn no_incident(name: &str) -> Trouble {
    Trouble::NotFound(format!("There is no incident {name}. `kiriwake incident list` shows them."))
}

async fn gathered(State(doors): State<Doors>, Path(name): Path<String>) -> Result<Json<evidence::Evidence>, Trouble> {
    let asked = name.clone();
    let mut known = match doors.read(move |desk, _| evidence::evidence(desk, &asked)).await? {
        Some(known) => known,
        None => archive::look(&doors, &name, evidence::evidence).await?.ok_or_else(|| no_incident(&name))?,
    };
    known.gone = gone::removed(&doors, &known.pack).await;
    known.missing = gone::missing(&doors, &known.pack).await;
    Ok(Json(known))
}

/// Erases what was gathered about an incident.
async fn erase(
    State(doors): State<Doors>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path(name): Path<String>,
    Json(request): Json<EraseRequest>,
) -> Result<Json<Erased>, Trouble> {
    erase::erase(&doors, &name, request, peer.name).await.map(Json)
}

/// A file of an incident's evidence, byte for byte. One that was removed, or is damaged, is told as gone.
async fn file(State(doors): State<Doors>, Path((name, nth)): Path<(String, usize)>) -> Result<Response, Trouble> {
    let missing =
        Trouble::NotFound(format!("{name} has no file {nth}. `kiriwake incident evidence {name}` lists them."));
    let asked = name.clone();
    let part = match doors.read(move |desk, _| evidence::part(desk, &asked, nth)).await? {
        Some(part) => part,
        None => {
            let part = archive::look(&doors, &name, move |desk, name| evidence::part(desk, name, nth)).await?;
            part.ok_or(missing)?
        }
    };
    let gone = |why: String| Trouble::NotFound(format!("File {nth} ({}) is on record, but {why}.", part.sha256));
    let digest = part.sha256.parse().map_err(|_| gone("its name is none".to_owned()))?;
    let bodies = doors.bodies.clone();
    let read = move || bodies.get(&digest).and_then(|found| Ok((found, bodies.gone(&digest)?)));
    match tokio::task::spawn_blocking(read).await.map_err(|_| Trouble::Stopping)? {
        Ok((Some(content), _)) => Ok(content.into_response()),
        Ok((None, Some(told))) => Err(gone(told.to_string())),
        Ok((None, None)) => Err(gone("it is missing; `kiriwake store verify` looks for more".to_owned())),
        Err(error) => Err(gone(error.to_string())),
    }
}

async fn changes(State(doors): State<Doors>) -> Result<Json<Vec<ChangeLine>>, Trouble> {
    doors.read(|desk, _| beside::changes(desk)).await.map(Json)
}

async fn outbox(
    State(doors): State<Doors>,
    Query(listing): Query<Listing>,
) -> Result<Json<Vec<rows::RowLine>>, Trouble> {
    Ok(Json(doors.read(move |desk, now| rows::outbox(desk, listing.all, now)).await?))
}

async fn row(State(doors): State<Doors>, Path(name): Path<String>) -> Result<Response, Trouble> {
    let missing = Trouble::NotFound(format!("There is no row {name}. `kiriwake outbox list --all` shows them."));
    doors.read(move |desk, _| rows::row(desk, &name)).await?.map(|row| Json(row).into_response()).ok_or(missing)
}

async fn covers(
    State(doors): State<Doors>,
    Query(listing): Query<Listing>,
) -> Result<Json<Vec<covers::CoverLine>>, Trouble> {
    Ok(Json(doors.read(move |desk, now| covers::covers(desk, listing.all, now)).await?))
}

async fn ledger(State(doors): State<Doors>) -> Result<Response, Trouble> {
    Ok(Json(doors.read(|desk, _| crate::desk::ledger::balance(desk.state())).await?).into_response())
}

/// How far the journal is acknowledged: a backup goes up to there.
async fn point(State(doors): State<Doors>) -> Result<Response, Trouble> {
    let (answer, answered) = oneshot::channel();
    doors.store.send(Ask::Point(answer)).await.map_err(|_| Trouble::Stopping)?;
    let point = answered.await.map_err(|_| Trouble::Stopping)?;
    let down = || (StatusCode::CONFLICT, "the journal cannot be written at the moment").into_response();
    Ok(point.map_or_else(down, |point| Json(point).into_response()))
}

/// Carries out an act in the name of whoever is at the other end.
async fn act(
    State(doors): State<Doors>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Json(request): Json<ActRequest>,
) -> Result<Response, Trouble> {
    let input = request.by_account(peer.name);
    let Answer { reply, on_record } = doors.inbox.put(input).await.map_err(|_| Trouble::Stopping)?;
    // 202: in force, and not on record yet (P20).
    let status = if on_record { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(reply)).into_response())
}

async fn reload(State(doors): State<Doors>) -> Result<Response, Trouble> {
    let (answer, answered) = oneshot::channel();
    doors.reload.send(answer).await.map_err(|_| Trouble::Stopping)?;
    Ok(match answered.await.map_err(|_| Trouble::Stopping)? {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(faults) => (StatusCode::UNPROCESSABLE_ENTITY, faults).into_response(),
    })
}
