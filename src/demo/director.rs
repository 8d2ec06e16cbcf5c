//! The director.
use super::{
    Error,
    night::{self, at},
    people,
    scenery::Scenery,
    stand_in::StandIn,
};
use crate::clock::Clock;
use crate::config::{self, Environment};
use crate::control::client::Client;
use crate::control::server::ActRequest;
use crate::daemon;
use crate::desk::{Act, Change, Desk, Frame, state::State};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, watch};

pub(super) async fn play() -> Result<(), Error> {
    let real = Instant::now();
    let keep = std::env::args().nth(1).map(std::path::PathBuf::from);
    let scenery = Scenery::new(keep.as_deref())?;
    let log = scenery.daemon_log()?;
    tracing_subscriber::fmt().with_writer(log).with_env_filter("info").init();
    let clock = Clock::story(at("02:12:50"), 20);
    clock.run(20, at("02:12:50"));
    let (stop, stopped) = watch::channel(false);
    let zabbix = StandIn::new(night::hosts(), clock.clone(), "t0k".into());
    let address = zabbix.serve(stopped.clone()).await.expect("port");
    scenery.furnish(&format!("http://{address}/api_jsonrpc.php"), "t0k")?;
    let (settings, warns) =
        config::load(&scenery.config(), &Environment::default(), night::DATE).map_err(daemon::Error::Configuration)?;
    for w in warns.findings() {
        println!("WARN {}", w.in_one_line());
    }
    let (sender, mut frames) = broadcast::channel::<Arc<Frame>>(8192);
    let options = daemon::Options {
        folder: scenery.config(),
        environment: Environment::default(),
        clock: clock.clone(),
        stop: Some(stopped),
        followers: Some(sender),
    };
    let mut running = tokio::spawn(daemon::run(options));
    let mut desk = Desk::new(State::default(), settings.rules);
    let client = Client::new(&scenery.socket())?;
    let mut doings = std::collections::VecDeque::from(people::doings());
    let mut lines = std::collections::VecDeque::from(night::log());
    let mut held: Option<Instant> = None;
    loop {
        while let Ok(frame) = frames.try_recv() {
            desk.fold(&frame);
            let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
            for e in &frame.entries {
                match &e.change {
                    Change::Source { .. } => continue,
                    _ => {}
                }
                let t = format!("{:?} <- {:?}", e.change, e.reason);
                println!(
                    "{} [{:?}] {}",
                    frame.at.wall.to_zoned(zone.clone()).strftime("%H:%M:%S"),
                    real.elapsed(),
                    t.chars().take(400).collect::<String>()
                );
            }
        }
        if running.is_finished() {
            println!("{:?}", (&mut running).await);
            return Ok(());
        }
        let now = clock.now();
        while lines.front().is_some_and(|l| l.arrives <= now.wall) {
            let l = lines.pop_front().unwrap();
            let z = l.written.to_zoned(jiff::tz::TimeZone::get(night::ZONE).unwrap());
            scenery.log(l.host, &format!("{} {} {}", z.strftime("%b %e %H:%M:%S"), l.host, l.text))?;
        }
        if doings.front().is_some_and(|d| d.at <= now.wall) {
            let d = doings.pop_front().unwrap();
            let number = desk.state().by_number.keys().next().unwrap().to_string();
            let r = client
                .act(&ActRequest { by: Some(people::DUTY.into()), act: Act::On { incident: number, deed: d.deed } })
                .await;
            println!("ACT {r:?}");
        }
        let looked = desk.state().sources.values().all(|s| s.looked) && !desk.state().sources.is_empty();
        let end = at("07:49:00");
        if now.wall >= end {
            break;
        }
        let speed = if now.wall < at("02:16:15") {
            20
        } else if now.wall >= at("07:30:58") && now.wall < at("07:36:30") {
            90
        } else {
            6000
        };
        let mut until = end;
        if !looked {
            until = at("02:12:50");
        }
        for s in desk.state().sources.values() {
            until = until.min(s.last_complete.wall + Duration::from_secs(240));
        }
        for t in [at("02:16:15"), at("07:30:58")] {
            if t > now.wall {
                until = until.min(t);
            }
        }
        if let Some(next) = desk.next_wakeup(now) {
            until = until.min(now.wall + next + Duration::from_millis(2));
        }
        if let Some(l) = lines.front() {
            until = until.min(l.arrives);
        }
        if let Some(l) = doings.front() {
            until = until.min(l.at);
        }
        let busy = !desk.state().agenda.due(now).is_empty() || desk.state().in_flight.values().any(|n| *n > 0);
        if busy {
            let since = *held.get_or_insert(Instant::now());
            if since.elapsed() < Duration::from_secs(1) {
                until = now.wall;
            } else {
                println!("HELD TOO LONG {:?} {:?}", desk.state().agenda.due(now), desk.state().in_flight);
            }
        } else {
            held = None;
        }
        clock.run(speed, until);
        tokio::select! { f = frames.recv() => { if let Ok(f) = f { desk.fold(&f);
            let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
            for e in &f.entries {
                match &e.change { Change::Source{..} => continue, _ => {} }
                let t = format!("{:?} <- {:?}", e.change, e.reason);
                println!("{} [{:?}] {}", f.at.wall.to_zoned(zone.clone()).strftime("%H:%M:%S"), real.elapsed(), t.chars().take(400).collect::<String>());
            }
        } } , () = tokio::time::sleep(Duration::from_millis(10)) => {} }
    }
    println!("played in {:?}", real.elapsed());
    println!("{:?}", crate::desk::ledger::balance(desk.state()));
    let _ = stop.send(true);
    println!("{:?} {:?}", running.await, real.elapsed());
    Ok(())
}
