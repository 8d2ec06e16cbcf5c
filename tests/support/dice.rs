//! Seeded dice: the same seed throws the same numbers, so that a failure can be repeated.

use std::time::Duration;

/// An xorshift generator; `KW_SEED` overrides the seed a test gives.
pub(crate) struct Dice {
    /// To be named when something fails.
    pub(crate) seed: u64,
    state: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        let seed = std::env::var("KW_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(seed);
        Self { seed, state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 }
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % end
    }

    /// A time shorter than `end`.
    pub(crate) fn time_below(&mut self, end: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(end.as_micros()).expect("a short time").max(1)))
    }
}
