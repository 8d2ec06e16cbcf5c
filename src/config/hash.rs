//! The name of one revision of the configuration: SHA-256 over what it says.
//!
//! Taken over the joined tree in one fixed form, with defaults and environment, so that comments, spacing and the
//! spread over files make no difference, and every value does. Secrets are in files of their own and never in the tree.

use super::tree::{Node, Table, Tree, Value};
use sha2::{Digest, Sha256};

/// The hash in hexadecimal digits.
pub(super) fn of(tree: &Tree) -> String {
    let mut text = String::new();
    table(&tree.root, &mut text);
    // The order of tables with names means something where "the earlier one wins".
    for ordered in ["component", "channel"] {
        text.push_str(&format!("order of {ordered}:"));
        if let Some(Node { value: Value::Table(table), .. }) = tree.root.get(ordered) {
            let mut places: Vec<_> = table.iter().flat_map(|(name, node)| places(name, node)).collect();
            places.sort();
            for (_, name) in places {
                text.push_str(&format!(" {name:?}"));
            }
        }
        text.push('\n');
    }
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where a table, or each of a list of tables, stands.
fn places(name: &str, node: &Node) -> Vec<((usize, usize), String)> {
    match &node.value {
        Value::List(list) => {
            list.iter().enumerate().map(|(index, node)| (node.order, format!("{name}[{index}]"))).collect()
        }
        _ => vec![(node.order, name.to_owned())],
    }
}

fn table(table: &Table, text: &mut String) {
    text.push('{');
    for (key, node) in table {
        text.push_str(&format!("{key:?}="));
        value(&node.value, text);
    }
    text.push('}');
}

fn value(written: &Value, text: &mut String) {
    match written {
        // A date in quotes says the same as one without.
        Value::Text(word) | Value::Moment(word) => text.push_str(&format!("{word:?};")),
        Value::Integer(number) => text.push_str(&format!("{number};")),
        Value::Float(number) => text.push_str(&format!("{number:?};")),
        Value::Bool(value) => text.push_str(&format!("{value};")),
        Value::List(list) => {
            text.push('[');
            list.iter().for_each(|node| value(&node.value, text));
            text.push(']');
        }
        Value::Table(inside) => table(inside, text),
    }
}
