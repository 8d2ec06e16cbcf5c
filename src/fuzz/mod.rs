//! What the fuzz targets share (promises P9, P13, P14 of the product): choices read from bytes, ways to spoil real material, and the
//! count of what was tried. For tests only; the targets stand beside the code they try, as `fuzz.rs`.
//!
//! A target takes bytes from bolero. They are read as choices ([`Tape`]): which material, which damage, where. So an
//! input gets deep, shrinks well, and a file of the corpus (`__fuzz__/TARGET/corpus` beside the target) means the same
//! in every version of bolero. A file that begins with `raw` and a line end is taken as the material itself, spoiled
//! already: for what was found by hand, or must stay what it is when the material changes.

mod json;
mod text;

pub(crate) use json::spoil as spoil_json;
pub(crate) use text::{spoil as spoil_bytes, spoil_text};

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Runs a target over its corpus and then over random inputs, `$few` of them unless the environment asks for a time.
macro_rules! target {
    ($name:literal, $few:literal, $check:expr) => {{
        let count = $crate::fuzz::Count::of($name);
        bolero::check!(name = $name).with_iterations($few).for_each(|input: &[u8]| count.run(input, $check));
    }};
}
pub(crate) use target;

/// Choices read from bytes. When they are used up every choice is 0, which is the mildest one everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Tape<'a> {
    left: &'a [u8],
}

impl<'a> Tape<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { left: input }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let (first, rest) = self.left.split_first().unwrap_or((&0, &[]));
        self.left = rest;
        *first
    }

    pub(crate) fn number(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    /// From 0 to `end - 1`; 0 when there is nothing to choose from.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        match end {
            0 | 1 => 0,
            2..=256 => usize::from(self.byte()) % end,
            _ => (usize::from(self.byte()) << 16 | usize::from(self.byte()) << 8 | usize::from(self.byte())) % end,
        }
    }

    /// Once in `times`, and never when the choices are used up.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// What was not used yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.left
    }
}

/// The material itself, where an input of the corpus holds it instead of choices.
pub(crate) fn raw(input: &[u8]) -> Option<&[u8]> {
    input.strip_prefix(b"raw\n")
}

/// How many inputs a target saw, and the smallest that failed.
pub(crate) struct Count {
    target: &'static str,
    seen: AtomicU64,
    smallest: AtomicUsize,
}

impl Count {
    pub(crate) fn of(target: &'static str) -> Self {
        Self { target, seen: AtomicU64::new(0), smallest: AtomicUsize::new(usize::MAX) }
    }

    /// Tries one input; one that fails is kept, so that it can be put into the corpus.
    pub(crate) fn run(&self, input: &[u8], check: impl Fn(&[u8])) {
        self.seen.fetch_add(1, Ordering::Relaxed);
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(input))) else { return };
        if self.smallest.fetch_min(input.len(), Ordering::Relaxed) > input.len() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz-failed");
            let kept = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(self.target), input));
            println!(
                "fuzz {}: an input of {} bytes failed: kept in {}: {kept:?}",
                self.target,
                input.len(),
                folder.display()
            );
        }
        resume_unwind(panic);
    }
}

/// The figure for `tests/run`, which names a file for it when it gives the targets their time.
impl Drop for Count {
    fn drop(&mut self) {
        let timed = std::env::var_os("BOLERO_RANDOM_TEST_TIME_MS").is_some();
        if let (true, Some(path)) = (timed, std::env::var_os("KW_FIGURES")) {
            let line = format!("fuzz {}: {} inputs\n", self.target, self.seen.load(Ordering::Relaxed));
            let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
            if let Err(error) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
                println!("{line}(the figure could not be written: {error})");
            }
        }
    }
}
