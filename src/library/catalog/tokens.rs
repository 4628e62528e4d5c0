//! Texts cut into words, the same way for what is indexed and for what is looked for.
//!
//! A word is a run of letters, or of digits, or a single symbol such as an emoji; `IMG_2023PartyTime` is
//! `img 2023 party time`. Where capitals cut a run, the run as a whole is a word too (`partytime`), behind all others.
//! Scripts that do not put spaces between words are cut into overlapping pairs, so that any part of a run is found: 東京都
//! is 東京, 京都 and the last character, 都, by itself. Words come out folded, and the index takes them as they are.

use super::folding::{composed, fold_char};

/// Stands between words that do not follow each other. No text gives it, for private characters are no words.
const BARRIER: &str = "\u{e000}";

/// Longer words count by their beginning.
const MOST_CHARS: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    /// Letters of a script without spaces.
    Unspaced,
    Symbol,
    Gap,
}

fn class(char: char) -> Class {
    match char {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        '\u{0}'..='\u{7f}' => Class::Gap,
        _ if char.is_numeric() => Class::Digit,
        _ if char.is_alphabetic() => {
            if is_unspaced(char) {
                Class::Unspaced
            } else {
                Class::Letter
            }
        }
        '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' => Class::Symbol,
        _ => Class::Gap,
    }
}

/// Scripts of East and South-East Asia whose words run on, and Korean, whose words carry endings.
fn is_unspaced(char: char) -> bool {
    matches!(
        char,
        '\u{e00}'..='\u{eff}' // Thai, Lao
            | '\u{f00}'..='\u{fff}' // Tibetan
            | '\u{1000}'..='\u{109f}' // Burmese
            | '\u{1780}'..='\u{17ff}' // Khmer
            | '\u{1100}'..='\u{11ff}' // Korean letters
            | '\u{3005}'..='\u{3007}' // Han repetition mark and zero
            | '\u{3040}'..='\u{31ff}' // Kana, Bopomofo, Korean letters
            | '\u{3400}'..='\u{4dbf}' // Han
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7ff}' // Korean syllables
            | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ffdc}' // half-width Kana and Korean
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// A run of one class, folded.
struct Run {
    class: Class,
    /// Cut at capitals, or into characters where the script has no spaces.
    parts: Vec<String>,
}

/// The runs of a text.
fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut chars: Vec<char> = Vec::new();
    let mut running = Class::Gap;
    let mut folded = String::new();
    for char in composed(text) {
        folded.clear();
        fold_char(char, &mut folded);
        if folded.is_empty() {
            // A mark on the character before.
            continue;
        }
        let class = class(char);
        if class != running || class == Class::Symbol {
            runs.extend(run(running, &chars));
            chars.clear();
            running = class;
        }
        chars.push(char);
    }
    runs.extend(run(running, &chars));
    runs
}

fn run(class: Class, chars: &[char]) -> Option<Run> {
    let parts: Vec<String> = match class {
        Class::Gap => return None,
        Class::Letter => cut_at_capitals(chars).into_iter().filter_map(word).collect(),
        Class::Digit | Class::Symbol => word(chars).into_iter().collect(),
        Class::Unspaced => chars.iter().filter_map(|char| word(&[*char])).collect(),
    };
    (!parts.is_empty()).then_some(Run { class, parts })
}

/// `PartyTime` is cut before the second word, `HTMLPage` before the `P`.
fn cut_at_capitals(chars: &[char]) -> Vec<&[char]> {
    let mut parts = Vec::new();
    let mut rest = chars;
    let mut at = 1;
    while let Some(char) = rest.get(at) {
        let before = rest.get(at - 1).copied().unwrap_or_default();
        let is_end_of_capitals =
            before.is_uppercase() && rest.get(at + 1).is_some_and(|after| after.is_lowercase());
        if char.is_uppercase() && (before.is_lowercase() || is_end_of_capitals) {
            let (part, others) = rest.split_at(at);
            parts.push(part);
            rest = others;
            at = 0;
        }
        at += 1;
    }
    parts.push(rest);
    parts
}

/// Folded, without what is no part of a word (`½` folds to `1⁄2`), not too long.
fn word(chars: &[char]) -> Option<String> {
    let mut folded = String::new();
    for char in chars {
        fold_char(*char, &mut folded);
    }
    let word: String = folded.chars().filter(|char| class(*char) != Class::Gap).take(MOST_CHARS).collect();
    (!word.is_empty()).then_some(word)
}

/// The words of a text to be indexed, with spaces between them.
pub(super) fn indexed(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut wholes = Vec::new();
    for run in runs(text) {
        if run.class == Class::Unspaced {
            for pair in run.parts.windows(2) {
                push(&mut out, &pair.concat());
            }
            push(&mut out, run.parts.last().map_or("", String::as_str));
            continue;
        }
        for part in &run.parts {
            push(&mut out, part);
        }
        if run.parts.len() > 1 {
            wholes.push(whole(&run.parts));
        }
    }
    for whole in wholes {
        push(&mut out, BARRIER);
        push(&mut out, &whole);
    }
    out
}

fn push(out: &mut String, word: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(word);
}

fn whole(parts: &[String]) -> String {
    parts.iter().flat_map(|part| part.chars()).take(MOST_CHARS).collect()
}

/// What is looked for, as FTS5 has it: words in a row, the last one perhaps only by its beginning. `None` when the text
/// has no word in it. Words hold no quotes, so no text can be taken for syntax.
pub(super) fn expression(text: &str, is_prefix: bool) -> Option<String> {
    let runs = runs(text);
    let last = runs.len().checked_sub(1)?;
    let mut words: Vec<String> = Vec::new();
    let mut is_open = is_prefix;
    for (at, run) in runs.iter().enumerate() {
        if run.class != Class::Unspaced {
            words.extend(run.parts.iter().cloned());
            continue;
        }
        words.extend(run.parts.windows(2).map(<[String]>::concat));
        // The run may go on in the text, where its last character begins a pair; unless something else follows it here.
        if run.parts.len() == 1 || at != last {
            words.extend(run.parts.last().cloned());
            is_open |= run.parts.len() == 1 && at == last;
        } else {
            is_open = false;
        }
    }
    let star = if is_open { " *" } else { "" };
    let phrase = format!("\"{}\"{star}", words.join(" "));
    match runs.as_slice() {
        [Run { class: Class::Letter, parts }] if parts.len() > 1 => {
            Some(format!("({phrase} OR \"{}\"{star})", whole(parts)))
        }
        _ => Some(phrase),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        let cases = [
            ("IMG_2023PartyTime.jpg", "img 2023 party time jpg \u{e000} partytime"),
            ("DSC01234", "dsc 01234"),
            ("HTMLPage", "html page \u{e000} htmlpage"),
            ("École d'été", "ecole d ete"),
            ("e\u{301}té", "ete"),
            ("東京都", "東京 京都 都"),
            ("東京tower2", "東京 京 tower 2"),
            ("🎉🎂 fête", "🎉 🎂 fete"),
            ("½ mm", "12 mm"),
            ("\u{e000} -- \"*\"", ""),
        ];
        for (text, words) in cases {
            assert_eq!(indexed(text), words, "{text:?}");
        }
    }

    #[test]
    fn what_is_looked_for_is_quoted() {
        let cases = [
            ("sunset", true, Some("\"sunset\" *")),
            ("a\" OR b*", false, Some("\"a or b\"")),
            ("NEAR(", false, Some("\"near\"")),
            ("IMG_2", true, Some("\"img 2\" *")),
            ("PartyTime", true, Some("(\"party time\" * OR \"partytime\" *)")),
            ("東京", true, Some("\"東京\"")),
            ("京", false, Some("\"京\" *")),
            ("京tower", false, Some("\"京 tower\"")),
            ("tower東京", false, Some("\"tower 東京\"")),
            ("*-\"", false, None),
        ];
        for (text, is_prefix, expected) in cases {
            assert_eq!(expression(text, is_prefix).as_deref(), expected, "{text:?}");
        }
    }
}
