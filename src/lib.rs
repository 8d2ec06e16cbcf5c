//! kiriwake (切り分け): the unattended half of an incident desk (障害受付窓口), and how it is built.
//!
//! The program watches what Zabbix and log files say about systems that several vendors keep together, makes one
//! incident of one fault, decides by rule who is responsible, asks that party, reports to the office in charge, and keeps
//! a record that can be checked. One idea carries it: **the desk decides and says why; everything else carries things to
//! the desk and away from it.** Whoever reads this page can find every other one.
//!
//! # The picture
//!
//! ```text
//!   Zabbix API    log files      operators                     vendors, offices, the desk's people
//!       |             |              |                                        ^
//!   source::zabbix  source::logfile  cli -> control                        channel     words by render
//!       |             |              |                                        ^
//!       +-------------+------+-------+                                        |
//!                            | Input                                          |
//!                         inbox   one bounded queue; an answer               |
//!                            |    says whether it is on record                |
//!   daemon: the core   - - - | - - - - - - - - - - - - - - - - - - - - - - - -|- - -
//!                            v  Input, now                                    |
//!                          desk   no clock, no I/O, no dice                   |
//!                            |    intake > normalize > correlate > isolate    |
//!                            |    > assign > escalate > notify > deliver      |
//!                            v  entries: (change, reason)                     |
//!                         store   journal synced, then sled follows           |
//!                            |                                                |
//!                            +---> what is owed now: one attempt each --------+
//!                                  its outcome is the next Input
//! ```
//!
//! # Three sentences that hold everywhere
//!
//! 1. **The same state, rules, input and `now` give the same entries.** So a day can be played again, explained, and
//!    written down as a test; and a worker that fails, a clock that jumps or a vendor that never answers is an input
//!    like any other.
//! 2. **Nothing leaves before the decision to send it is on disk.** A source hears that its observation was taken, a
//!    person hears that an act was done, a message goes out: all of it after the sync. After a crash the outbox still
//!    owes the message, under the same identity, so that a second copy can be recognised. One declared exception: while
//!    the disk takes nothing, words leave all the same, and everybody who acts is told that it is not on record (P20).
//! 3. **No change without a reason.** Every change to the state goes through [`desk::turn`] and carries a typed reason
//!    with its facts. `kiriwake explain` prints what was stored then; it never judges anew.
//!
//! # The rooms, in the order a fault travels
//!
//! ```text
//! src/source/     a fault is seen: Zabbix is polled, log files are followed. What was seen becomes an observation;
//!                 what was not seen never becomes a recovery
//! src/inbox.rs    the one way in: a bounded queue that pushes back, and the word that something is on record
//! src/desk/       the fault is understood: alert, incident, verdict, request, message - and why. Pure
//! src/store/      what changed is kept: a chained journal, which is the truth, and sled, the working state made of it
//! src/render/     facts become words: mails in Japanese and English, sentences for the record
//! src/program.rs  a program of the administrator's, run in bounds: for a probe, for a channel
//! src/veil.rs     what far ends say, without the secrets they were given
//! src/probe/      what may be asked to tell where a fault lies: a file for each kind
//! src/channel/    words leave the house: SMTP, Teams, webhook, a program, a drop folder. One attempt, one honest outcome
//! src/record/     how frames and things are written down; what is over, filed and read again from the journal
//! src/daemon/     puts the rooms together: the core loop, sources, workers, reload, watchdog
//! src/control/    people at the desk: an HTTP API on a Unix socket, who acts is known by the kernel's word
//! src/cli/        what they type, and what it prints
//! src/config/     the folder of TOML: read, checked as a whole, turned into the desk's rules
//! src/clock.rs    the only place that reads the time
//! src/play/       a day as text: transcripts of inputs and outcomes, played in virtual time
//! src/replay/     recorded days again, under rules on trial: what would have gone otherwise
//! src/estate/     generated estates with faults of known cause: how well the desk judges, measured
//! src/demo/       a night to watch: the real daemon against a stand-in Zabbix
//! src/fuzz/       for tests: real material spoiled, and fed to everything that reads from outside
//! src/main.rs     arguments in, exit code out
//! ```
//!
//! # Which way the arrows point
//!
//! ```text
//! main -> cli -> daemon -> control -> source, probe, channel, record, store, render, config, clock -> desk -> std, jiff, serde
//! ```
//!
//! - The desk uses nothing of ours outside itself. It has never heard of files, TOML, sled, HTTP or Zabbix;
//!   `tests/tidy.rs` looks for every way it could.
//! - Only `config` knows how rules are written down; it makes [`desk::rules::Rules`], and nothing else is relied on.
//!   Each source and channel keeps the shape of its own tables beside its code, and `config` asks it.
//! - Only `store` knows how things are kept. It is handed bytes and hands bytes back, so it uses nothing of ours at all.
//! - Only `render` knows the words of a mail. The desk fixes the facts of a message in a [`desk::letter::Letter`] when
//!   it decides; the words are made at the first attempt and kept, so that every later attempt sends the same bytes.
//! - Sources, channels and the control socket never touch the state. They bring inputs, or read a copy.
//! - Time is an argument. `now` holds the wall clock, for calendars and promises to people, and an elapsed time that
//!   only ever grows, for intervals (`desk::now`).
//!
//! # Adding one thing
//!
//! - **A source**: a folder in `src/source/` with its configuration, its polling and a pure reading of what it gets; a
//!   line in `source/mod.rs`, one in `config/kinds/sources.rs`, one in `daemon/sources.rs`.
//! - **A channel**: a file in `src/channel/` with its configuration, its payload and how it sorts failures; a line in
//!   `channel/mod.rs` and one in `config/kinds/channels.rs`.
//! - **A kind of probe**: a file in `src/probe/` with its configuration, one attempt and what it means; its line in the
//!   table of `probe/mod.rs`.
//! - **A condition of isolation**: a file in `desk/isolate/condition/` with how it is written, its matching, what it says
//!   when it fails and its test; its line in the table of `condition/mod.rs`.
//! - **A kind of message**: a variant of [`desk::letter::Matter`] with its facts, its words in the file of its family in
//!   `src/render/` and in `render/en/`, an example in `tests/letters/`; the expected mail is then in `tests/mails/`.
//! - **An act of the desk**: a row of the table in `desk/act.rs`, what it changes in `desk/act/perform.rs`, a subcommand
//!   in `cli/act.rs`. The table is printed whole in the tests; the difference is the review.
//! - **Something that happened once and must not again**: a transcript in `tests/scenarios/`, or in the site's own
//!   configuration.
//!
//! # Not our job
//!
//! Collecting metrics, drawing dashboards, keeping logs at large, repairing systems from afar, being an inventory. We
//! read those that do. Nor do we route alerts for a team on call: the point is one fault taken from its first sign to an
//! accepted report, not a copy of every alert to somebody. And the machine never acknowledges, never confirms a verdict,
//! never says that a service is back: people do, and the record names them. It closes by its own word only what was its
//! own trouble, a source that could not be read and can be again.

pub mod source;

pub mod inbox;

pub mod desk;

pub mod store;

pub mod render;

mod program;

mod veil;

pub mod probe;

pub mod channel;

mod record;

pub mod daemon;

pub mod control;

pub mod cli;

pub mod config;

pub mod clock;

pub mod play;

pub mod replay;

pub mod estate;

pub mod demo;

#[cfg(test)]
mod fuzz;
