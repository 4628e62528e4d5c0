//! What somebody perhaps meant: the nearest of some words.

/// Longer words are not compared: nothing that is known is as long.
const LONGEST: usize = 32;

/// The word with the fewest slips from what was typed, the first of several; one slip is allowed in up to four
/// letters, two in more.
pub(crate) fn nearest<'w>(typed: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let typed: Vec<char> = typed.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
    let allowed = match typed.len() {
        0 | 1 | LONGEST.. => return None,
        2..=4 => 1,
        _ => 2,
    };
    let mut best: Option<(u8, &str)> = None;
    let mut letters = Vec::with_capacity(LONGEST);
    for word in words {
        // Only better ones are of interest, so the counting can stop early.
        let most = best.map_or(allowed, |(least, _)| least.saturating_sub(1));
        if word.is_ascii() && word.len().abs_diff(typed.len()) > usize::from(most) {
            continue;
        }
        letters.clear();
        letters.extend(word.chars().take(LONGEST + 1).map(|letter| letter.to_ascii_lowercase()));
        if let Some(slips) = slips(&typed, &letters, most) {
            best = Some((slips, word));
            if slips == 0 {
                break;
            }
        }
    }
    best.map(|(_, word)| word)
}

/// Letters left out, added, changed, or swapped with their neighbour (optimal string alignment); `None` when there
/// are more than `most`, or a word is too long.
fn slips(a: &[char], b: &[char], most: u8) -> Option<u8> {
    if a.len().abs_diff(b.len()) > usize::from(most) || a.len() > LONGEST || b.len() > LONGEST {
        return None;
    }
    // Lines of the table, one column before the first letter: two rows above, one above, and the one being filled.
    let [mut before, mut above, mut here] = [[0_u8; LONGEST + 1]; 3];
    for (cell, column) in above.iter_mut().zip(0..) {
        *cell = column;
    }
    let mut previous_a = None;
    for (row, &letter_a) in (0..).zip(a) {
        let mut left = row + 1;
        let mut least_of_row = left;
        let mut previous_b = None;
        // What stands above, with its left neighbours: (two up, two left), (up, left), up.
        let (mut corner_before, mut corner) = (0, above[0]);
        here[0] = left;
        let columns = before.iter().zip(&above[1..]).zip(&mut here[1..]).zip(b);
        for (((&next_corner_before, &up), cell), &letter_b) in columns {
            let mut least = (corner + u8::from(letter_a != letter_b)).min(up + 1).min(left + 1);
            if previous_a == Some(letter_b) && previous_b == Some(letter_a) {
                least = least.min(corner_before + 1);
            }
            *cell = least;
            least_of_row = least_of_row.min(least);
            (left, corner, corner_before) = (least, up, next_corner_before);
            previous_b = Some(letter_b);
        }
        if least_of_row > most {
            return None;
        }
        (before, above, here) = (above, here, before);
        previous_a = Some(letter_a);
    }
    above.get(b.len()).copied().filter(|&slips| slips <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        let cases = [
            ("teal", "teal", 0),
            ("teel", "teal", 1),
            ("taeal", "teal", 1),
            ("etal", "teal", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
        ];
        for (a, b, expected) in cases {
            let letters = |word: &str| word.chars().collect::<Vec<_>>();
            assert_eq!(slips(&letters(a), &letters(b), 5), Some(expected), "{a} {b}");
            assert_eq!(slips(&letters(a), &letters(b), expected), Some(expected), "{a} {b}");
            assert!(expected == 0 || slips(&letters(a), &letters(b), expected - 1).is_none(), "{a} {b}");
            assert_eq!(slips(&letters(b), &letters(a), 5), Some(expected), "{b} {a}");
        }
    }
}
