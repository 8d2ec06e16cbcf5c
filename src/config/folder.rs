//! From a folder of `*.toml` files to one tree.
//!
//! The files are read in the order of their names and joined; the built-in defaults lie under them and the environment
//! over them. A file with broken syntax is one fault: what can be recovered of it is kept, so that the others can be
//! checked against it. Not here: what any key means.

use super::environment::Environment;
use super::example;
use super::findings::Findings;
use super::tree::{self, Layer, Node, Path, Place, Source, Table, Tree, Value};
use std::fs;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file larger than this is not a configuration.
const FILE_LIMIT: u64 = 8 * 1024 * 1024;

/// Reads and joins everything.
pub(super) fn gather(
    folder: &std::path::Path,
    overlay: Option<&str>,
    environment: &Environment,
    findings: &mut Findings,
) -> Tree {
    let mut files = files(folder, findings);
    files.extend(overlay.map(|text| ("overlay".to_owned(), text.to_owned())));
    let mut tree = join(files, findings);
    environment.lay_over(&mut tree);
    tree
}

/// Joins texts of TOML, each with its name, over the built-in defaults.
pub(super) fn join(files: Vec<(String, String)>, findings: &mut Findings) -> Tree {
    let mut tree = Tree { root: Table::new(), sources: Vec::new(), torn: Vec::new() };
    let mut parsed = Vec::new();
    for (name, text) in files {
        let source = tree.sources.len();
        tree.sources.push(Source { name, text });
        let (table, whole) = parse(source, &tree.sources[source].text, Layer::File, findings);
        if !whole {
            tree.torn.push(source);
        }
        parsed.push(table);
    }
    for (name, text) in example::DEFAULTS {
        let source = tree.sources.len();
        tree.sources.push(Source { name: format!("built-in {name}"), text: (*text).to_owned() });
        let (mut table, _) = parse(source, text, Layer::BuiltIn, findings);
        example::keep_defaults(&mut table);
        tree::join(&mut tree.root, table, &Path::default(), findings);
    }
    for table in parsed {
        tree::join(&mut tree.root, table, &Path::default(), findings);
    }
    tree
}

/// Names and contents of the files, by name.
fn files(folder: &std::path::Path, findings: &mut Findings) -> Vec<(String, String)> {
    let here = Path::default();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            findings.fault(
                &here,
                format!("the folder {} cannot be read: {error}", folder.display()),
                "name the folder that holds the *.toml files; `kiriwake init` writes one",
            );
            return Vec::new();
        }
    };
    let mut paths: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        // Editors leave hidden files behind while somebody is writing; they are not part of the configuration.
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')))
        .collect();
    paths.sort();
    if paths.is_empty() {
        findings.fault(
            &here,
            format!("the folder {} holds no *.toml file", folder.display()),
            "`kiriwake init` writes a commented example",
        );
    }
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match read(&path) {
            Ok(text) => files.push((name, text)),
            Err(why) => findings.fault(&here, format!("{name} cannot be read: {why}"), "repair or remove the file"),
        }
    }
    files
}

fn read(path: &std::path::Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > FILE_LIMIT {
        return Err(format!("it has {size} bytes, more than {FILE_LIMIT}"));
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes)
        .map_err(|error| format!("byte {} is not UTF-8; save the file as UTF-8", error.utf8_error().valid_up_to()))?;
    // Windows editors put a byte order mark in front, and it is part of nothing.
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

/// Reads one file; `false` when its syntax is broken somewhere.
fn parse(source: usize, text: &str, layer: Layer, findings: &mut Findings) -> (Table, bool) {
    let (table, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        // Only the first: what the parser says after it has lost its way is seldom true.
        let span = error.span().unwrap_or(0..0);
        findings.fault_at(
            &Path::default(),
            Place { source, span },
            format!("is not TOML: {}", error.message()),
            Some("the rest of this file was read as far as it could be; repair this first".into()),
            None,
        );
    }
    (table_of(source, layer, table.get_ref()), errors.is_empty())
}

fn table_of(source: usize, layer: Layer, table: &DeTable<'_>) -> Table {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), node(source, layer, Some(key.span()), value))).collect()
}

fn node(source: usize, layer: Layer, key: Option<std::ops::Range<usize>>, written: &Spanned<DeValue<'_>>) -> Node {
    let at = Place { source, span: written.span() };
    let value = match written.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        // A number beyond 64 bits becomes a text, which no key takes for a number.
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::Text(number.to_string()), Value::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| Value::Text(number.to_string()), Value::Float)
        }
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(moment) => Value::Moment(moment.to_string()),
        DeValue::Array(list) => Value::List(list.iter().map(|value| node(source, layer, None, value)).collect()),
        DeValue::Table(table) => Value::Table(table_of(source, layer, table)),
    };
    let order = (source, at.span.start);
    let key = key.map_or_else(|| at.clone(), |span| Place { source, span });
    Node { value, at, key, order, layer, raw: None }
}
