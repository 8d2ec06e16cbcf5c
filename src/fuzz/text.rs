//! Spoils text and bytes.

use super::Tape;

/// A spoiled text never grows beyond this many bytes.
const LONGEST: usize = 128 * 1024;

/// `material` with up to seven pieces of damage; what is put in comes from `pool`.
pub(crate) fn spoil(tape: &mut Tape<'_>, material: &[u8], pool: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = material.to_vec();
    for _ in 0..tape.below(8) {
        damage(tape, &mut bytes, pool);
        bytes.truncate(LONGEST);
    }
    bytes
}

/// The same for what is text at the end, too.
pub(crate) fn spoil_text(tape: &mut Tape<'_>, material: &str, pool: &[String]) -> String {
    let pool: Vec<Vec<u8>> = pool.iter().map(|text| text.clone().into_bytes()).collect();
    String::from_utf8_lossy(&spoil(tape, material.as_bytes(), &pool)).into_owned()
}

fn damage(tape: &mut Tape<'_>, bytes: &mut Vec<u8>, pool: &[Vec<u8>]) {
    let from = tape.below(bytes.len() + 1);
    let until = (from + tape.below(64)).min(bytes.len());
    match tape.below(12) {
        0 => {}
        1 | 2 if !pool.is_empty() => drop(bytes.splice(from..until, tape.pick(pool).clone())),
        3 | 4 if !pool.is_empty() => drop(bytes.splice(from..from, tape.pick(pool).clone())),
        5 => drop(bytes.drain(from..until)),
        6 => {
            let again = bytes[from..until].repeat(1 + tape.below(40));
            bytes.splice(from..from, again);
        }
        7 => bytes.truncate(from),
        8 => drop(bytes.drain(..from)),
        9 => {
            let moved: Vec<u8> = bytes.drain(from..until).collect();
            let to = tape.below(bytes.len() + 1);
            bytes.splice(to..to, moved);
        }
        10 => {
            let byte = tape.byte();
            bytes.insert(from, byte);
        }
        _ => {
            if let Some(byte) = bytes.get_mut(from) {
                *byte ^= 1 << tape.below(8);
            }
        }
    }
}
