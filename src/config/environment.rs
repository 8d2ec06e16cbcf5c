//! `KIRIWAKE_SITE__NAME=…`: single keys set from the environment, over the files.
//!
//! Names and values are taken apart the way figment does it (`__` between keys, values as TOML-like words, everything
//! else text). Variables without `__` belong to the command line and are left alone. Secrets do not come this way: the
//! environment of a process is readable by others, so there are only keys that name files.

use super::tree::{self, Layer, Node, Place, Source, Tree, Value};
use figment::value::Value as Word;

const PREFIX: &str = "KIRIWAKE_";

/// The variables that set keys.
#[derive(Debug, Clone, Default)]
pub struct Environment(Vec<(String, String)>);

impl Environment {
    /// Those of this process. A variable that is not UTF-8 is not ours and is passed over.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Lays them over what the files say. They appear in messages as lines of a text called `environment`.
    pub(super) fn lay_over(&self, tree: &mut Tree) {
        let source = tree.sources.len();
        let mut text = String::new();
        for (name, written) in &self.0 {
            let start = text.len();
            text.push_str(&format!("{name}={}\n", written.replace('\n', " ")));
            let key = Place { source, span: start..start + name.len() };
            let at = Place { source, span: start + name.len() + 1..text.len() - 1 };
            let keys = name.strip_prefix(PREFIX).unwrap_or(name).to_lowercase();
            let word: Word = match written.parse() {
                Ok(word) => word,
                Err(never) => match never {},
            };
            let mut node = node(&word, &at, &key);
            if !matches!(word, Word::String(..)) {
                node.raw = Some(written.clone());
            }
            for step in keys.split("__").skip(1).collect::<Vec<_>>().into_iter().rev() {
                let table = [(step.to_owned(), node)].into();
                node = around(Value::Table(table), &at, &key);
            }
            let first = keys.split("__").next().unwrap_or_default().to_owned();
            match tree.root.get_mut(&first) {
                Some(old) => tree::replace(old, node),
                None => {
                    tree.root.insert(first, node);
                }
            }
        }
        tree.sources.push(Source { name: "environment".into(), text });
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let ours = |name: &str| name.strip_prefix(PREFIX).is_some_and(|rest| rest.contains("__"));
        let mut variables: Vec<_> = variables.into_iter().filter(|(name, _)| ours(name)).collect();
        variables.sort();
        Self(variables)
    }
}

fn around(value: Value, at: &Place, key: &Place) -> Node {
    let order = (at.source, at.span.start);
    Node { value, at: at.clone(), key: key.clone(), order, layer: Layer::Environment, raw: None }
}

fn node(word: &Word, at: &Place, key: &Place) -> Node {
    let value = match word {
        Word::String(_, text) => Value::Text(text.clone()),
        Word::Char(_, character) => Value::Text(character.to_string()),
        Word::Bool(_, value) => Value::Bool(*value),
        Word::Num(..) => {
            let unsigned = word.to_u128().and_then(|number| i64::try_from(number).ok());
            let signed = word.to_i128().and_then(|number| i64::try_from(number).ok());
            match (unsigned.or(signed), word.to_f64()) {
                (Some(number), _) => Value::Integer(number),
                (None, Some(number)) => Value::Float(number),
                // Beyond 64 bits; no key takes it, and the text says why.
                (None, None) => Value::Text("a number too large".into()),
            }
        }
        Word::Empty(..) => Value::Text(String::new()),
        Word::Dict(_, table) => {
            Value::Table(table.iter().map(|(name, word)| (name.clone(), node(word, at, key))).collect())
        }
        Word::Array(_, list) => Value::List(list.iter().map(|word| node(word, at, key)).collect()),
    };
    around(value, at, key)
}
