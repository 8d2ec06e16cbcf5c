//! Pieces of a monitoring message: names taken off, endings split, words joined.
//!
//! Pure text; what the pieces mean is said in the folder's `symptom.rs`.

/// The name for what fails: the one people know, said once.
pub(super) fn thing(host: &str, known: &str, component: &str) -> String {
    let known = if known.is_empty() { host } else { known };
    if component.is_empty() || known.contains(component) {
        known.to_owned()
    } else if known.is_empty() || component.contains(known) {
        component.to_owned()
    } else if known == host {
        format!("{component}（{host}）")
    } else {
        known.to_owned()
    }
}

/// Without leading 【死活】, 【DB】….
pub(super) fn without_categories(message: &str) -> &str {
    let mut rest = message.trim_start();
    while let Some((_, after)) = rest.strip_prefix('【').and_then(|inside| inside.split_once('】')) {
        rest = after.trim_start();
    }
    rest
}

/// Without a leading `name`, if something else begins behind it.
pub(super) fn without_name<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(name).filter(|_| !name.is_empty())?;
    let parted = rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || ":：|,、/-".contains(c));
    parted.then(|| rest.trim_start_matches(|c: char| c.is_whitespace() || ":：|,、-".contains(c)))
}

/// `ファイル共有 応答なし（TCP 445）` → what stands before the bracket, and the bracket.
pub(super) fn split_note(what: &str) -> (&str, &str) {
    let what = what.trim_end();
    match what.rfind('（').filter(|_| what.ends_with('）')).and_then(|at| what.split_at_checked(at)) {
        Some((head, note)) => (head.trim_end(), note),
        None => (what, ""),
    }
}

/// `（06:00まで）` → `6時00分`.
pub(super) fn deadline(note: &str) -> Option<String> {
    let (hour, minute) = note.strip_prefix('（')?.strip_suffix("まで）")?.split_once(':')?;
    let (hour, minute) = (hour.parse::<u8>().ok()?, minute.parse::<u8>().ok()?);
    Some(format!("{hour}時{minute:02}分"))
}

/// `CPU使用率 97%` → name and value.
pub(super) fn split_value(head: &str) -> Option<(&str, &str)> {
    let (name, value) = head.rsplit_once(char::is_whitespace)?;
    (value.starts_with(is_digit) && !value.contains(')') && !name.trim().is_empty()).then(|| (name.trim(), value))
}

pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// Parts of Japanese joined by の, a path in brackets: `ディスク使用率 /var` → `ディスク使用率（/var）`.
pub(super) fn joined(part: &str) -> String {
    let mut out = String::new();
    for word in part.split_whitespace() {
        let japanese = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
        if out.is_empty() {
            out.push_str(word);
        } else if word.starts_with('/') {
            out.push_str(&format!("（{word}）"));
        } else {
            out.push_str(if japanese(out.chars().last()) && japanese(word.chars().next()) { "の" } else { " " });
            out.push_str(word);
        }
    }
    out
}
