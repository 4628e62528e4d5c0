//! Words are found in names, folders and texts, in any script.

use super::{found, fresh, named, not, prefix, word};
use proptest::prelude::*;
use vitrine::library::catalog::{PictureRecord, WordTerm};

fn with_text(path: &str, text: &str) -> PictureRecord {
    PictureRecord { search_text: text.into(), ..named(path) }
}

#[test]
fn words_are_found_in_names_folders_and_texts() {
    let (_folder, catalog) = fresh();
    let records = [
        with_text("Holiday 2023/IMG_0042.jpg", "nikon d90 evening by the sea"),
        with_text("Malmö/PartyTime.png", "canon eos 5d"),
        with_text("x/sea.jpg", ""),
        with_text("東京都/夜景.jpg", "お祭りの写真 🎆"),
        with_text("E\u{301}cole/straße.jpg", "the sea the sea and much else that makes this text a long one"),
        with_text("서울에서/ภาพถ่ายกลางคืน.jpg", ""),
    ];
    catalog.upsert(&records).unwrap();
    let cases: [(&[WordTerm], &[u32]); 30] = [
        (&[word("sea")], &[1, 3, 5]),
        (&[word("SEA"), word("nikon")], &[1]),
        (&[word("evening by the")], &[1]),
        (&[word("by evening")], &[]),
        (&[word("ev")], &[]),
        (&[prefix("ev")], &[1]),
        (&[prefix("by the se")], &[1]),
        (&[word("sea"), not("nikon")], &[3, 5]),
        (&[not("sea")], &[2, 4, 6]),
        (&[not("sea"), not("canon")], &[4, 6]),
        (&[word("malmo")], &[2]),
        (&[word("party")], &[2]),
        (&[word("partytime")], &[2]),
        (&[word("PartyTime")], &[2]),
        (&[word("partyTIME")], &[2]),
        (&[word("img_0042")], &[1]),
        (&[prefix("img_00")], &[1]),
        (&[word("holiday"), word("0042"), word("d90")], &[1]),
        (&[word("東京")], &[4]),
        (&[word("京都")], &[4]),
        (&[word("景")], &[4]),
        (&[word("祭り")], &[4]),
        (&[word("京東")], &[]),
        (&[word("🎆")], &[4]),
        (&[word("ecole"), word("STRASSE")], &[5]),
        (&[word("서울")], &[6]),
        (&[word("กลางคืน")], &[6]),
        (&[word("!!!"), word("nikon")], &[1]),
        (&[word("\"* OR (")], &[]),
        (&[], &[]),
    ];
    for (terms, expected) in cases {
        assert_eq!(found(&catalog, terms), expected, "{terms:?}");
    }
    // Best first: a name that is the word, then the texts, the shorter one before the longer.
    let best: Vec<u32> = catalog.words(&[word("sea")], 2).unwrap().iter().map(|(row, _)| row.0).collect();
    assert_eq!(best[0], 3);
    let scores = catalog.words(&[word("sea")], 9).unwrap();
    assert!(scores.windows(2).all(|pair| pair[0].1 >= pair[1].1 && pair[1].1 >= 0.0));
    assert!(word("a").has_words() && !word("-.").has_words());
}

/// A text of a small alphabet, so that words are often the same, and what it is cut into by a rule written down anew.
fn small_text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ab1 _é東京]{0,14}").unwrap()
}

fn naive_runs(text: &str) -> Vec<String> {
    let kind = |char: char| match char {
        'a' | 'b' | 'é' => 1,
        '1' => 2,
        '東' | '京' => 3,
        _ => 0,
    };
    let mut runs: Vec<(i32, String)> = Vec::new();
    for char in text.chars() {
        let folded = if char == 'é' { 'e' } else { char };
        match runs.last_mut() {
            Some((last, run)) if *last == kind(char) => run.push(folded),
            _ => runs.push((kind(char), folded.into())),
        }
    }
    runs.into_iter().filter(|(kind, _)| *kind != 0).map(|(_, run)| run).collect()
}

/// Whether the runs of `wanted` follow each other in the text. Runs without spaces may begin anywhere at the left end of
/// what is wanted and end anywhere at its right end.
fn naive_match(text: &str, wanted: &str, is_prefix: bool) -> bool {
    let (text, wanted) = (naive_runs(text), naive_runs(wanted));
    let is_unspaced = |run: &str| run.starts_with(['東', '京']);
    (0..text.len().saturating_sub(wanted.len() - 1)).any(|from| {
        wanted.iter().enumerate().all(|(at, run)| {
            let have = &text[from + at];
            let (is_first, is_last) = (at == 0, at == wanted.len() - 1);
            match (is_unspaced(run), is_first, is_last) {
                (true, true, true) => have.contains(run.as_str()),
                (true, true, false) => have.ends_with(run.as_str()),
                (true, false, true) => have.starts_with(run.as_str()),
                (false, _, true) if is_prefix => have.starts_with(run.as_str()),
                _ => have == run,
            }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn words_match_as_a_plain_rule_says(
        texts in proptest::collection::vec(small_text(), 1..12),
        wanted in proptest::collection::vec((small_text(), any::<bool>(), any::<bool>()), 1..4),
    ) {
        let (_folder, catalog) = fresh();
        // The name is a digit of its own that no text has beside a letter.
        let records: Vec<_> = texts.iter().enumerate().map(|(n, text)| with_text(&format!("{}", n + 700), text)).collect();
        catalog.upsert(&records).unwrap();
        let terms: Vec<WordTerm> = wanted
            .iter()
            .map(|(text, is_prefix, negated)| WordTerm { negated: *negated, is_prefix: *is_prefix, ..word(text) })
            .collect();
        let said: Vec<&WordTerm> = terms.iter().filter(|term| !naive_runs(&term.text).is_empty()).collect();
        let expected: Vec<u32> = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| !said.is_empty() && said.iter().all(|term| naive_match(text, &term.text, term.is_prefix) != term.negated))
            .map(|(n, _)| n as u32 + 1)
            .collect();
        prop_assert_eq!(found(&catalog, &terms), expected);
    }

    #[test]
    fn any_text_can_be_asked_for_and_finds_itself(
        texts in proptest::collection::vec(any::<String>(), 1..6),
        asked in any::<String>(),
        is_prefix in any::<bool>(),
    ) {
        let (_folder, catalog) = fresh();
        let records: Vec<_> = texts.iter().enumerate().map(|(n, text)| with_text(&format!("{n}"), text)).collect();
        catalog.upsert(&records).unwrap();
        found(&catalog, &[WordTerm { is_prefix, ..word(&asked) }]);
        for (n, text) in texts.iter().enumerate() {
            let term = WordTerm { is_prefix, ..word(text) };
            prop_assert!(!term.has_words() || found(&catalog, std::slice::from_ref(&term)).contains(&(n as u32 + 1)));
            for part in text.split_whitespace().map(word).filter(WordTerm::has_words) {
                prop_assert!(found(&catalog, std::slice::from_ref(&part)).contains(&(n as u32 + 1)), "{part:?}");
            }
        }
    }
}
