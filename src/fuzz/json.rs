//! Spoils JSON and leaves it JSON, so that what reads it gets further than its first brace.

use super::Tape;
use serde_json::Value;

/// Beyond this many places a document is not looked at further.
const PLACES: usize = 3_000;

/// `material` with up to five pieces of damage; what is put in comes from `pool`, or from elsewhere in it.
pub(crate) fn spoil(tape: &mut Tape<'_>, material: &mut Value, pool: &[Value]) {
    for _ in 0..tape.below(6) {
        damage(tape, material, pool);
    }
}

fn damage(tape: &mut Tape<'_>, material: &mut Value, pool: &[Value]) {
    let mut places = Vec::new();
    gather(material, String::new(), &mut places);
    let (at, from) = (tape.pick(&places).clone(), tape.pick(&places).clone());
    let other = material.pointer(&from).cloned().unwrap_or_default();
    let Some(found) = material.pointer_mut(&at) else { return };
    match tape.below(10) {
        0 => {}
        1..=3 if !pool.is_empty() => *found = tape.pick(pool).clone(),
        4 => *found = other,
        // A number written as a text, a text as a number; the rest nested one deeper.
        5 => {
            *found = match found.take() {
                Value::Number(number) => Value::String(number.to_string()),
                Value::String(text) => text.parse::<i64>().map_or(Value::Null, Value::from),
                value => Value::Array(vec![value]),
            }
        }
        6 | 7 => match found {
            Value::Array(rows) if !rows.is_empty() => {
                let nth = tape.below(rows.len());
                if tape.one_in(2) {
                    rows.remove(nth);
                } else {
                    let row = rows[nth].clone();
                    rows.insert(nth, row);
                }
            }
            Value::Object(fields) if !fields.is_empty() => {
                let nth = tape.below(fields.len());
                if let Some(key) = fields.keys().nth(nth).cloned() {
                    fields.remove(&key);
                }
            }
            other => *other = Value::Null,
        },
        8 => match found {
            Value::Array(rows) => rows.reverse(),
            Value::String(text) => text.push_str(pool.iter().rev().find_map(Value::as_str).unwrap_or("x")),
            other => *other = Value::Array(Vec::new()),
        },
        _ => {
            if let Value::Object(fields) = found {
                fields.insert("unknown".to_owned(), other);
            }
        }
    }
}

/// Every place, as a JSON pointer.
fn gather(value: &Value, here: String, places: &mut Vec<String>) {
    if places.len() >= PLACES {
        return;
    }
    places.push(here.clone());
    match value {
        Value::Array(rows) => {
            rows.iter().enumerate().for_each(|(nth, row)| gather(row, format!("{here}/{nth}"), places));
        }
        Value::Object(fields) => fields.iter().for_each(|(key, field)| {
            gather(field, format!("{here}/{}", key.replace('~', "~0").replace('/', "~1")), places);
        }),
        _ => {}
    }
}
