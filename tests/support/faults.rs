//! Failing system calls on files below one folder, at will and while a program runs: `faults.c`, loaded before libc.
//!
//! Unlike `strace -e inject` it needs no root, leaves pipes, sockets and wake-ups alone, counts over all threads, and can be
//! armed at any moment. Calls that bypass libc (locks, the reserve) are out of its reach.

use super::{Scratch, run};
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A kind of call; the numbers are those of `faults.c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Open = 1,
    Write,
    Sync,
    Rename,
    Length,
    Unlink,
    Mkdir,
    Read,
    Stat,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Error {
    /// A write takes only half of what it is given.
    Half,
    NoSpace,
    Io,
    TooManyFiles,
    ReadOnly,
    /// The program is killed (SIGKILL) in place of the call.
    Killed,
}

impl Error {
    fn number(self) -> i32 {
        match self {
            Self::Half => 0,
            Self::NoSpace => 28,
            Self::Io => 5,
            Self::TooManyFiles => 24,
            Self::ReadOnly => 30,
            Self::Killed => 1000,
        }
    }
}

/// The folder's faults.
pub(crate) struct Faults {
    control: File,
    /// The program that becomes another one, with its calls at our mercy.
    pub(crate) through: PathBuf,
}

impl Faults {
    /// For programs that are started through [`Faults::through`]; or why it can't be had here.
    pub(crate) fn below(folder: &Path, scratch: &Scratch) -> Result<Self, String> {
        if !Command::new("cc").arg("--version").output().is_ok_and(|output| output.status.success()) {
            return Err("failing system calls needs a C compiler".to_owned());
        }
        let (library, control) = (scratch.join("faults.so"), scratch.join("faults"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/faults.c");
        run(Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl"));
        fs::write(&control, [0; 20]).expect("ours");
        let through = scratch.join("with-faults");
        let script = format!(
            "#!/bin/sh\nexport LD_PRELOAD={} KW_FAULTS={} KW_FAULTS_BELOW={}\nexec \"$@\"\n",
            library.display(),
            control.display(),
            folder.display()
        );
        fs::write(&through, script).expect("ours");
        fs::set_permissions(&through, fs::Permissions::from_mode(0o755)).expect("ours");
        let control = OpenOptions::new().read(true).write(true).open(control).expect("ours");
        Ok(Self { control, through })
    }

    /// From now on the `nth` call of the kind fails, and as many after it as make `times`.
    pub(crate) fn arm(&self, call: Call, error: Error, nth: u32, times: u32) {
        self.disarm();
        let [nth, times] = [nth, times].map(|number| i32::try_from(number).expect("a small number"));
        // The kind last: it is what arms.
        for (place, number) in [(1, error.number()), (2, nth), (3, times), (4, 0), (0, call as i32)] {
            self.put(place, number);
        }
    }

    pub(crate) fn disarm(&self) {
        self.put(0, 0);
    }

    /// How many calls have failed since it was armed.
    pub(crate) fn hits(&self) -> i32 {
        let mut bytes = [0; 4];
        self.control.read_exact_at(&mut bytes, 16).expect("ours");
        i32::from_ne_bytes(bytes)
    }

    fn put(&self, place: u64, number: i32) {
        self.control.write_all_at(&number.to_ne_bytes(), place * 4).expect("ours");
    }
}
