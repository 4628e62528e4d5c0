//! Kinds of duplicates, groups under moving thresholds, which one to keep, and a trash that never takes the last copy.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use vitrine::library::duplicates::crops::{CropMatch, Rect};
use vitrine::library::duplicates::keep::{PreferredFolder, Rule, suggest_keep};
use vitrine::library::duplicates::trash::{
    Decision, Disk, FileState, KnownFile, SystemDisk, Trash, TrashError, execute, plan, undo,
};
use vitrine::library::duplicates::{
    Candidate, FileIdentity, Graph, Group, Kind, Kinds, PairEvidence, Thresholds, gather, oriented_distance,
    turn_words,
};
use vitrine::library::{ContentHash, Format, Orientation, Pixels};

const HOUR_NS: i64 = 3_600_000_000_000;

/// A picture whose bytes are its number.
fn picture(number: u32) -> Candidate {
    Candidate {
        content: ContentHash::of(&number.to_le_bytes()),
        hashes: None,
        width: 4000,
        height: 3000,
        size_bytes: 1_000_000,
        format: Format::Jpeg,
        sharpness: 0.5,
        is_damaged: false,
        facts: 0,
        taken_secs: None,
        modified_ns: 0,
        library: 0,
        relative: PathBuf::from(format!("{number:05}.jpg")),
        file: None,
    }
}

fn pictures(count: u32) -> Vec<Candidate> {
    (0..count).map(picture).collect()
}

/// Evidence by hash and look alone.
fn pair(a: u32, b: u32, distance: Option<u8>, similarity: Option<f32>) -> PairEvidence {
    PairEvidence {
        a,
        b,
        hash_distance: distance,
        orientation: 0,
        similarity,
        same_content: false,
        crop: None,
        seconds_apart: None,
    }
}

fn cropped(area: f32) -> CropMatch {
    let rect = Rect { left: 0.0, top: 0.0, right: area, bottom: 1.0 };
    CropMatch { source: 0, crop: 1, rect, inliers: 9, score: 0.9 }
}

fn never(_: &[u32]) -> bool {
    false
}

fn positions(group: &Group) -> Vec<u32> {
    group.members.iter().map(|member| member.index).collect()
}

/// Distance, orientation, look, seconds apart, share of the source; what it is.
type KindRow = (Option<u8>, u8, Option<f32>, Option<i64>, Option<f32>, Option<Kind>);

#[test]
fn hash_look_time_and_place_separate_the_kinds() {
    let at = |secs| Some(secs);
    let look = |value| Some(value);
    let table: [KindRow; 23] = [
        (Some(0), 0, look(1.0), None, None, Some(Kind::ReEncoded)),
        (Some(3), 0, None, None, None, Some(Kind::ReEncoded)),
        (Some(2), 0, look(0.99), at(0), None, Some(Kind::ReEncoded)),
        (Some(2), 0, look(0.97), None, None, Some(Kind::Edited)),
        (Some(2), 0, look(0.7), at(0), None, Some(Kind::Edited)),
        (Some(14), 0, None, None, None, None),
        (Some(14), 0, look(0.9), None, None, Some(Kind::SameScene)),
        (Some(8), 0, look(0.8), None, None, Some(Kind::Edited)),
        (Some(8), 0, look(0.99), None, None, Some(Kind::Edited)),
        (Some(8), 0, look(0.96), at(0), None, Some(Kind::Burst)),
        (Some(8), 0, look(0.8), at(0), None, Some(Kind::Edited)),
        (Some(2), 0, look(0.99), at(1), None, Some(Kind::Burst)),
        (Some(2), 0, look(0.99), at(11), None, Some(Kind::SameScene)),
        (Some(1), 3, look(0.6), None, None, Some(Kind::Turned)),
        (Some(1), 3, look(0.9), at(0), None, Some(Kind::Turned)),
        (Some(5), 0, look(0.1), None, None, None),
        (Some(30), 0, look(0.98), at(4), None, Some(Kind::Burst)),
        (Some(30), 0, look(0.98), at(400), None, Some(Kind::SameScene)),
        (None, 0, look(0.98), None, None, Some(Kind::SameScene)),
        (Some(30), 0, None, None, None, None),
        (Some(25), 0, look(0.5), None, Some(0.3), Some(Kind::Crop)),
        (Some(3), 0, look(0.99), None, Some(0.97), Some(Kind::ReEncoded)),
        (Some(24), 0, look(0.9), None, Some(0.95), Some(Kind::Edited)),
    ];
    for (hash_distance, orientation, similarity, seconds_apart, area, expected) in table {
        let crop = area.map(cropped);
        let evidence =
            PairEvidence { orientation, seconds_apart, crop, ..pair(0, 1, hash_distance, similarity) };
        assert_eq!(Kind::of(&evidence, &picture(0), &picture(1)), expected, "{evidence:?}");
    }
    let same = PairEvidence { same_content: true, ..pair(0, 1, Some(40), None) };
    assert_eq!(Kind::of(&same, &picture(0), &picture(1)), Some(Kind::Exact));
    let stretched = Candidate { width: 3000, ..picture(1) };
    assert_eq!(Kind::of(&pair(0, 1, Some(1), None), &picture(0), &stretched), Some(Kind::Edited));
    // 160 × 120 is as near to 4000 × 2992 as whole pixels allow.
    let small = Candidate { width: 160, height: 120, ..picture(1) };
    let large = Candidate { height: 2992, ..picture(0) };
    assert_eq!(Kind::of(&pair(0, 1, Some(1), None), &large, &small), Some(Kind::ReEncoded));
}

#[test]
fn sets_of_kinds() {
    let all: Kinds = Kind::ALL.into_iter().collect();
    assert_eq!(all, Kinds::ALL);
    for kind in Kind::ALL {
        assert!(!Kinds::ALL.without(kind).contains(kind));
        assert!(Kinds::NONE.with(kind).contains(kind));
        assert_eq!(Kinds::NONE.with(kind).without(kind), Kinds::NONE);
    }
}

#[test]
fn evidence_is_joined_per_pair_and_turns_are_found_from_both_sides() {
    // A picture in its eight orientations, and the same one turned: a permutation of the same hashes.
    let hashes: [u64; 8] = std::array::from_fn(|at| 0x0123_4567_89ab_cdef_u64.rotate_left(at as u32 * 7));
    let turned: [u64; 8] = std::array::from_fn(|at| hashes.get((at + 3) % 8).copied().unwrap() ^ 0b11);
    assert_eq!(oriented_distance(&hashes, &turned), (2, 5));
    assert_eq!(oriented_distance(&turned, &hashes), (2, 3));
    assert_eq!(oriented_distance(&hashes, &hashes), (0, 0));

    let mut candidates = pictures(4);
    candidates.get_mut(0).unwrap().hashes = Some(hashes);
    candidates.get_mut(2).unwrap().hashes = Some(turned);
    candidates.get_mut(0).unwrap().taken_secs = Some(100);
    candidates.get_mut(2).unwrap().taken_secs = Some(93);
    let crop = CropMatch { source: 3, crop: 1, ..cropped(0.4) };
    let found = gather(&candidates, [(2, 0), (0, 2)], [(0, 2, 0.5), (1, 9, 0.9)], [crop], &|a, b| {
        (a == 1 && b == 3).then_some(0.25)
    });
    let expected = [
        PairEvidence { orientation: 5, seconds_apart: Some(7), ..pair(0, 2, Some(2), Some(0.5)) },
        PairEvidence { crop: Some(crop), ..pair(1, 3, None, Some(0.25)) },
    ];
    assert_eq!(found, expected);
    // Seen from the larger picture, whichever comes first.
    let mut undated = candidates;
    for picture in &mut undated {
        picture.taken_secs = None;
    }
    let evidence = gather(&undated, [(0, 2)], [], [], &|_, _| None);
    let groups = Graph::new(&undated, evidence.clone()).groups(&Thresholds::default(), &never);
    assert_eq!(groups.first().unwrap().members.get(1).map(|m| (m.index, m.orientation)), Some((2, 5)));
    undated.get_mut(2).unwrap().width = 8000;
    let groups = Graph::new(&undated, evidence).groups(&Thresholds::default(), &never);
    let group = groups.first().unwrap();
    assert_eq!(group.kind, Kind::Turned);
    assert_eq!(group.members.get(1).map(|m| (m.index, m.orientation)), Some((0, 3)));
    assert!(
        group.members.get(1).unwrap().why().contains("2 of 64"),
        "{}",
        group.members.get(1).unwrap().why()
    );
}

#[test]
fn turns_in_words_agree_with_the_pictures() {
    // A 2 × 1 picture, left 1, right 2. Turned to the left, the left pixel is the lower one.
    let small = Pixels::new(2, 1, vec![1, 1, 1, 255, 2, 2, 2, 255]).unwrap();
    let reds = |pixels: Pixels| (pixels.height(), pixels.iter().map(|[red, ..]| red).collect::<Vec<u8>>());
    let turn = |pixels: Pixels, bits: u8| {
        let orientation =
            Orientation { transposed: bits & 1 != 0, mirrored: bits & 2 != 0, flipped: bits & 4 != 0 };
        orientation.apply(pixels)
    };
    let turned_left = Pixels::new(1, 2, vec![2, 2, 2, 255, 1, 1, 1, 255]).unwrap();
    let back: Vec<u8> =
        (0..8).filter(|&bits| reds(turn(turned_left.clone(), bits)) == reds(small.clone())).collect();
    assert!(back.iter().any(|&bits| turn_words(bits) == "turned a quarter to the left"), "{back:?}");
    assert!(back.iter().all(|&bits| turn_words(bits) != "turned a quarter to the right"), "{back:?}");
    assert_eq!(reds(turn(small, 6)), (1, vec![2, 1]));
    assert_eq!(turn_words(6), "turned by half");
}

#[test]
fn a_chain_of_near_pictures_does_not_join_strangers() {
    // Each is 6 bits from the next; only neighbours are pairs.
    let chain: Vec<PairEvidence> = (0..9).map(|at| pair(at, at + 1, Some(6), None)).collect();
    let groups = Graph::new(&pictures(10), chain).groups(&Thresholds::default(), &never);
    assert!(groups.iter().all(|group| group.members.len() <= 3), "{groups:?}");
    // A hub with spokes is one group around the hub, although the spokes are no pairs.
    let star: Vec<PairEvidence> =
        (0..9).filter(|&at| at != 4).map(|at| pair(4.min(at), 4.max(at), Some(6), None)).collect();
    let groups = Graph::new(&pictures(10), star).groups(&Thresholds::default(), &never);
    assert_eq!(groups.iter().map(positions).collect::<Vec<_>>(), [vec![4, 0, 1, 2, 3, 5, 6, 7, 8]]);
}

#[test]
fn sure_pairs_stay_together_where_a_hub_pulls() {
    // 0 and 1 are copies; 2 is near 0 and 3, but not near 1.
    let pairs = vec![
        pair(0, 1, Some(0), None),
        pair(0, 2, Some(8), None),
        pair(2, 3, Some(7), None),
        pair(1, 3, Some(8), None),
    ];
    let groups = Graph::new(&pictures(4), pairs).groups(&Thresholds::default(), &never);
    assert_eq!(groups.iter().map(positions).collect::<Vec<_>>(), [vec![0, 1], vec![2, 3]]);
}

#[test]
fn crops_say_which_one_is_the_part() {
    let mut candidates = pictures(3);
    // The whole is smaller than its part here: a crop of a print, scanned large.
    candidates.get_mut(0).unwrap().width = 300;
    candidates.get_mut(2).unwrap().content = candidates.get(1).unwrap().content;
    let crop = CropMatch { source: 0, crop: 2, ..cropped(0.4) };
    let pairs = gather(&candidates, [], [], [crop], &|_, _| None);
    let groups = Graph::new(&candidates, pairs).groups(&Thresholds::default(), &never);
    let group = groups.first().unwrap();
    assert_eq!((group.kind, positions(group)), (Kind::Crop, vec![1, 2, 0]));
    assert_eq!(group.members.last().unwrap().crop, Some((crop.rect, false)));
    assert!(group.members.last().unwrap().why().contains("the other shows 40 % of its area"));
}

#[test]
fn thresholds_and_kinds_choose_pairs() {
    let pairs =
        vec![pair(0, 1, Some(2), Some(0.99)), pair(2, 3, Some(12), Some(0.8)), pair(4, 5, None, Some(0.98))];
    let graph = Graph::new(&pictures(6), pairs);
    let count = |thresholds| graph.groups(&thresholds, &never).len();
    let by = |hash_distance, similarity| Thresholds { hash_distance, similarity, kinds: Kinds::ALL };
    assert_eq!(count(by(Some(4), None)), 1);
    assert_eq!(count(by(Some(12), None)), 2);
    assert_eq!(count(by(Some(4), Some(0.97))), 2);
    assert_eq!(count(by(Some(12), Some(0.97))), 3);
    assert_eq!(count(by(None, None)), 0);
    // What unrelated pictures reach is no evidence, however loose the threshold; the look may still be.
    let unrelated = Graph::new(&pictures(2), vec![pair(0, 1, Some(15), Some(0.3))]);
    assert!(unrelated.groups(&by(Some(20), Some(0.9)), &never).is_empty());
    let alike = Graph::new(&pictures(2), vec![pair(0, 1, Some(15), Some(0.95))]);
    assert_eq!(alike.groups(&by(Some(20), Some(0.9)), &never).len(), 1);
    assert_eq!(
        count(Thresholds { kinds: Kinds::ALL.without(Kind::ReEncoded), ..by(Some(12), Some(0.9)) }),
        2
    );
    assert_eq!(count(Thresholds::exact()), 0);
    let settled = |group: &[u32]| group == [2, 3];
    assert_eq!(graph.groups(&by(Some(12), Some(0.97)), &settled).len(), 2);
}

#[test]
fn same_bytes_are_one_node_and_links_are_no_duplicates() {
    let mut candidates = pictures(6);
    for copy in [1, 5] {
        candidates.get_mut(copy).unwrap().content = candidates.first().unwrap().content;
    }
    // 3 and 4 are two names of one file.
    for name in [3, 4] {
        candidates.get_mut(name).unwrap().file = Some(FileIdentity::from_parts(1, 77));
        candidates.get_mut(name).unwrap().content = candidates.get(2).unwrap().content;
    }
    let graph = Graph::new(&candidates, vec![pair(0, 2, Some(3), None)]);
    assert_eq!(graph.same_files(), [(3, 4)]);
    let groups = graph.groups(&Thresholds::exact(), &never);
    assert_eq!(groups.iter().map(positions).collect::<Vec<_>>(), [vec![0, 1, 5], vec![2, 3]]);
    assert_eq!(
        groups.iter().map(|group| group.bytes_reclaimable).collect::<Vec<_>>(),
        [2_000_000, 1_000_000]
    );
    assert_eq!(groups.first().unwrap().kind, Kind::Exact);
    let groups = graph.groups(&Thresholds::default(), &never);
    assert_eq!(groups.iter().map(positions).collect::<Vec<_>>(), [vec![0, 1, 5, 2, 3]]);
    // Evidence about the second name of a file counts for the first.
    let by_name = Graph::new(&candidates, vec![pair(0, 4, Some(3), None)]);
    assert_eq!(
        by_name.groups(&Thresholds::default(), &never).first().map(positions),
        Some(vec![0, 1, 5, 2, 3])
    );
    let group = groups.first().unwrap();
    let kinds: Vec<Option<Kind>> = group.members.iter().map(|member| member.kind).collect();
    let (exact, near) = (Some(Kind::Exact), Some(Kind::ReEncoded));
    assert_eq!(kinds, [None, exact, exact, near, exact]);
    assert_eq!(group.members.last().unwrap().copy_of, Some(2));
}

prop_compose! {
    /// Pictures, some with the same bytes, and pairs among them.
    fn libraries()(count in 2_u32..24)(
        contents in prop::collection::vec(0..count, count as usize),
        sizes in prop::collection::vec(1_u64..5000, count as usize),
        pairs in prop::collection::btree_map((0..count, 0..count), (0_u8..16, 0.9_f32..1.0), 0..60),
    ) -> (Vec<Candidate>, Vec<PairEvidence>) {
        let made = contents.iter().zip(&sizes).zip(0..).map(|((&content, _), number)| Candidate {
            content: ContentHash::of(&content.to_le_bytes()),
            size_bytes: sizes.get(content as usize).copied().unwrap(),
            ..picture(number)
        });
        let made: Vec<Candidate> = made.collect();
        let ordered = pairs.into_iter().filter(|((a, b), _)| a < b);
        let evidence = ordered.map(|((a, b), (distance, look))| PairEvidence {
            same_content: contents.get(a as usize) == contents.get(b as usize),
            ..pair(a, b, Some(distance), Some(look))
        });
        (made, evidence.collect())
    }
}

proptest! {
    #[test]
    fn every_member_is_linked_to_its_centre_and_exact_copies_never_part(
        (candidates, pairs) in libraries(),
        most in 0_u32..16,
        least in 0.9_f32..1.0,
    ) {
        let graph = Graph::new(&candidates, pairs.clone());
        let content = |index: u32| candidates.get(index as usize).unwrap().content;
        let tight = Thresholds { hash_distance: Some(most), similarity: Some(least), kinds: Kinds::ALL };
        let loose = Thresholds { hash_distance: Some(most + 3), similarity: Some(least - 0.05), ..tight };
        for thresholds in [tight, loose, Thresholds::exact()] {
            let groups = graph.groups(&thresholds, &never);
            prop_assert_eq!(&groups, &graph.groups(&thresholds, &never));
            let mut group_of: BTreeMap<u32, usize> = BTreeMap::new();
            for (number, group) in groups.iter().enumerate() {
                let members = positions(group);
                let &centre = members.first().unwrap();
                prop_assert!(members.len() >= 2);
                for &member in &members {
                    prop_assert_eq!(group_of.insert(member, number), None, "in two groups");
                    // Some picture with its bytes forms an admitted pair with some picture with the centre's bytes.
                    let is_linked = content(member) == content(centre) || pairs.iter().any(|pair| {
                        let ends = BTreeSet::from([content(pair.a), content(pair.b)]);
                        let (a, b) = (candidates.get(pair.a as usize).unwrap(), candidates.get(pair.b as usize).unwrap());
                        ends == BTreeSet::from([content(member), content(centre)])
                            && Kind::of(pair, a, b).is_some_and(|kind| thresholds.admit(pair, kind))
                    });
                    prop_assert!(is_linked, "{} is not linked to {}", member, centre);
                }
                let bytes: u64 = members.iter().skip(1).map(|&m| candidates.get(m as usize).unwrap().size_bytes).sum();
                prop_assert_eq!(group.bytes_reclaimable, bytes);
            }
            let is_ordered = groups.windows(2).all(|two| {
                let [a, b] = two else { return true };
                (b.bytes_reclaimable, positions(a)) <= (a.bytes_reclaimable, positions(b))
            });
            prop_assert!(is_ordered);
            for a in 0..candidates.len() as u32 {
                for b in a + 1..candidates.len() as u32 {
                    if content(a) == content(b) {
                        prop_assert!(group_of.contains_key(&a));
                        prop_assert_eq!(group_of.get(&a), group_of.get(&b));
                    }
                }
            }
        }
    }
}

#[test]
fn keep_rules_decide_in_order() {
    let preferred = |relative: &str| PreferredFolder { library: 0, relative: relative.into() };
    let base = || picture(7);
    // The better one, the worse one, the rule, what the reason says.
    let table: Vec<(Candidate, Candidate, Rule, &str)> = vec![
        (
            base(),
            Candidate { width: 1200, height: 900, ..base() },
            Rule::Resolution,
            "keeps 4000 × 3000 over 1200 × 900",
        ),
        (Candidate { size_bytes: 4_200_000, ..base() }, base(), Rule::Bytes, "keeps 4.2 MB over 1.0 MB"),
        (Candidate { sharpness: 0.61, ..base() }, base(), Rule::Sharpness, "0.61 over 0.50"),
        (
            Candidate { taken_secs: Some(5), modified_ns: 9, ..base() },
            Candidate { taken_secs: Some(6), ..base() },
            Rule::Oldest,
            "taken earlier",
        ),
        (
            base(),
            Candidate { modified_ns: 2 * HOUR_NS, taken_secs: Some(1), ..base() },
            Rule::Oldest,
            "file is older",
        ),
        (Candidate { facts: 2, ..base() }, Candidate { facts: 1, ..base() }, Rule::Metadata, "tells more"),
        (
            Candidate { relative: "best/x/a.jpg".into(), ..base() },
            Candidate { relative: "a/a.jpg".into(), ..base() },
            Rule::Folders(vec![preferred("best"), preferred("a")]),
            "best/x",
        ),
        (
            Candidate { relative: "a/a.jpg".into(), ..base() },
            Candidate { relative: "a.jpg".into(), ..base() },
            Rule::Folders(vec![preferred("best"), preferred("a")]),
            "in a",
        ),
        (Candidate { format: Format::Tiff, ..base() }, base(), Rule::Format, "keeps tiff over jpeg"),
        (
            Candidate { format: Format::Png, ..base() },
            Candidate { format: Format::Gif, ..base() },
            Rule::Format,
            "keeps png over gif",
        ),
        (
            Candidate { relative: "IMG_1 (2019).jpg".into(), ..base() },
            Candidate { relative: "IMG_1 (1).jpg".into(), ..base() },
            Rule::PlainName,
            "no copy",
        ),
        (
            Candidate { relative: "copyright.jpg".into(), ..base() },
            Candidate { relative: "a - Copy.jpg".into(), ..base() },
            Rule::PlainName,
            "no copy",
        ),
        (
            Candidate { relative: "Fotokopierer.jpg".into(), ..base() },
            Candidate { relative: "IMG Kopie 3.jpg".into(), ..base() },
            Rule::PlainName,
            "no copy",
        ),
    ];
    for (better, worse, rule, says) in table {
        for (kept, candidates) in [(0, [better.clone(), worse.clone()]), (1, [worse, better])] {
            let choice = suggest_keep(&[0, 1], &candidates, std::slice::from_ref(&rule)).unwrap();
            assert_eq!(choice.index, kept, "{rule:?}");
            assert!(choice.in_words().contains(says), "{rule:?}: {}", choice.in_words());
        }
    }
    let near = Candidate { sharpness: 0.515, ..picture(1) };
    let choice = suggest_keep(&[1, 0], &[picture(0), near], &[Rule::Sharpness]).unwrap();
    assert_eq!((choice.index, choice.in_words().as_str()), (0, "no rule tells them apart"));
}

#[test]
fn a_copy_is_not_kept_for_its_bytes() {
    // The second was turned and saved again: more bytes, nothing of the camera left.
    let turned = Candidate { size_bytes: 2_000_000, ..picture(1) };
    let original = Candidate { facts: 3, ..picture(0) };
    let choice = suggest_keep(&[0, 1], &[original, turned.clone()], &Rule::usual()).unwrap();
    assert_eq!(choice.index, 0);
    // Nothing is known of either, but the second was written on a later day.
    let later = Candidate { modified_ns: 24 * HOUR_NS, ..turned.clone() };
    assert_eq!(suggest_keep(&[0, 1], &[picture(0), later], &Rule::usual()).unwrap().index, 0);
    // Written together, the times tell nothing.
    let together = Candidate { modified_ns: HOUR_NS / 2, ..turned };
    assert_eq!(suggest_keep(&[0, 1], &[picture(0), together], &Rule::usual()).unwrap().index, 1);
}

#[test]
fn half_a_picture_is_never_kept() {
    let damaged = Candidate { is_damaged: true, facts: 4, size_bytes: 9_000_000, width: 9000, ..picture(0) };
    let choice = suggest_keep(&[0, 1], &[damaged, picture(1)], &Rule::usual()).unwrap();
    assert_eq!((choice.index, choice.in_words().as_str()), (1, "keeps the one that is not damaged"));
}

#[test]
fn an_unknown_date_does_not_hide_the_earliest() {
    let taken =
        |number, taken_secs, hours| Candidate { taken_secs, modified_ns: hours * HOUR_NS, ..picture(number) };
    let candidates = [taken(0, Some(5), 100), taken(1, None, 200), taken(2, Some(3), 50)];
    assert_eq!(suggest_keep(&[0, 1, 2], &candidates, &[Rule::Oldest]).unwrap().index, 2);
}

#[test]
fn a_later_rule_only_decides_among_equals() {
    let candidates = [
        Candidate { width: 800, size_bytes: 9_000_000, ..picture(0) },
        Candidate { size_bytes: 2_000_000, ..picture(1) },
        Candidate { size_bytes: 3_000_000, ..picture(2) },
    ];
    let choice = suggest_keep(&[0, 1, 2, 99], &candidates, &[Rule::Resolution, Rule::Bytes]).unwrap();
    let expected =
        [(0, "keeps 4000 × 3000 over 800 × 3000".to_owned()), (1, "keeps 3.0 MB over 2.0 MB".to_owned())];
    assert_eq!((choice.index, choice.reasons.as_slice()), (2, expected.as_slice()));
    assert_eq!(suggest_keep(&[99], &candidates, &Rule::usual()), None);
}

/// Files by path, and what was thrown away.
#[derive(Default)]
struct FakeDisk {
    files: RefCell<BTreeMap<PathBuf, FileState>>,
    bin: RefCell<Vec<(PathBuf, FileState)>>,
}

impl Disk for FakeDisk {
    fn state(&self, path: &Path) -> Option<FileState> {
        self.files.borrow().get(path).copied()
    }
}

impl Trash for FakeDisk {
    fn discard(&self, path: &Path) -> Result<(), String> {
        let state = self.files.borrow_mut().remove(path).ok_or("gone")?;
        self.bin.borrow_mut().push((path.to_owned(), state));
        Ok(())
    }

    fn can_restore(&self) -> bool {
        true
    }

    fn restore(&self, paths: &[PathBuf]) -> Vec<Result<(), String>> {
        let back = |path: &PathBuf| {
            let at = self.bin.borrow().iter().rposition(|(gone, _)| gone == path).ok_or("not there")?;
            let (path, state) = self.bin.borrow_mut().remove(at);
            self.files.borrow_mut().insert(path, state);
            Ok(())
        };
        paths.iter().map(back).collect()
    }
}

fn known(number: u64) -> KnownFile {
    KnownFile {
        path: PathBuf::from(format!("/pictures/{number}.jpg")),
        content: ContentHash::of(&number.to_le_bytes()),
        size_bytes: 100 + number,
        modified_ns: number as i64,
    }
}

fn disk_of(files: &[KnownFile]) -> FakeDisk {
    let disk = FakeDisk::default();
    for (file, inode) in files.iter().zip(0..) {
        let identity = FileIdentity::from_parts(1, inode);
        let state = FileState { size_bytes: file.size_bytes, modified_ns: file.modified_ns, identity };
        disk.files.borrow_mut().insert(file.path.clone(), state);
    }
    disk
}

fn decision(kept: &[u32], discarded: &[u32]) -> Decision {
    Decision { kept: kept.to_vec(), discarded: discarded.to_vec() }
}

#[test]
fn unsafe_plans_are_refused() {
    let files: Vec<KnownFile> = (0..5).map(known).collect();
    let path = |at: usize| files.get(at).unwrap().path.clone();
    let disk = disk_of(&files);
    let planned = |decisions: &[Decision]| plan(decisions, &files, &disk).map(|plan| plan.files.len());
    assert_eq!(planned(&[decision(&[0], &[1, 2])]), Ok(2));
    assert_eq!(planned(&[decision(&[], &[1])]), Err(TrashError::NothingKept(path(1))));
    assert_eq!(
        planned(&[decision(&[0], &[1]), decision(&[1], &[2])]),
        Err(TrashError::KeptAndDiscarded(path(1)))
    );
    assert_eq!(planned(&[decision(&[0], &[9])]), Err(TrashError::Unknown(9)));
    disk.files.borrow_mut().get_mut(&path(3)).unwrap().modified_ns += 1;
    assert_eq!(planned(&[decision(&[3], &[1])]), Err(TrashError::KeptHasChanged(path(3))));
    disk.files.borrow_mut().remove(&path(0));
    assert_eq!(planned(&[decision(&[0], &[1])]), Err(TrashError::KeptIsGone(path(0))));
    // What is gone, has changed, or is another name of what is kept stays.
    let identity = disk.files.borrow().get(&path(1)).unwrap().identity;
    disk.files.borrow_mut().get_mut(&path(4)).unwrap().identity = identity;
    let careful = plan(&[decision(&[1], &[0, 2, 3, 4])], &files, &disk).unwrap();
    assert_eq!(careful.files.iter().map(|planned| planned.index).collect::<Vec<_>>(), [2]);
    assert_eq!(careful.skipped.iter().map(|skipped| skipped.index).collect::<Vec<_>>(), [0, 3, 4]);
    assert_eq!(careful.bytes, 102);
}

#[test]
fn a_survivor_that_goes_after_planning_saves_the_others() {
    let files: Vec<KnownFile> = (0..3).map(known).collect();
    let disk = disk_of(&files);
    let planned = plan(&[decision(&[0], &[1, 2])], &files, &disk).unwrap();
    disk.files.borrow_mut().remove(&files.first().unwrap().path);
    let outcomes = execute(&planned, &disk, &disk, &|| false);
    assert!(outcomes.iter().all(|outcome| outcome.result.is_err()), "{outcomes:?}");
    assert_eq!(disk.files.borrow().len(), 2);
}

#[test]
fn stopping_leaves_the_rest_and_undo_brings_the_gone_back() {
    let files: Vec<KnownFile> = (0..6).map(known).collect();
    let disk = disk_of(&files);
    let before = disk.files.borrow().clone();
    let planned = plan(&[decision(&[0], &[1, 2, 3, 4, 5])], &files, &disk).unwrap();
    let asked = std::sync::atomic::AtomicU32::new(0);
    let stop = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 3;
    let outcomes = execute(&planned, &disk, &disk, &stop);
    assert_eq!((outcomes.len(), disk.files.borrow().len()), (3, 3));
    let undone = undo(&outcomes, &disk);
    assert!(undone.len() == 3 && undone.iter().all(|outcome| outcome.result.is_ok()));
    assert_eq!(*disk.files.borrow(), before);
}

proptest! {
    #[test]
    fn no_group_ever_loses_its_last_picture(
        decisions in prop::collection::vec(
            (prop::collection::btree_set(0_u32..12, 0..4), prop::collection::btree_set(0_u32..12, 0..5)), 1..6),
        lost in prop::collection::btree_set(0_u64..12, 0..3),
        linked in prop::collection::vec(0_u64..12, 12),
    ) {
        let files: Vec<KnownFile> = (0..12).map(known).collect();
        let disk = disk_of(&files);
        for (file, &inode) in files.iter().zip(&linked) {
            disk.files.borrow_mut().get_mut(&file.path).unwrap().identity = FileIdentity::from_parts(1, inode);
        }
        let decisions: Vec<Decision> = decisions.into_iter().map(|(kept, discarded)| Decision {
            kept: kept.into_iter().collect(),
            discarded: discarded.into_iter().collect(),
        }).collect();
        let Ok(planned) = plan(&decisions, &files, &disk) else { return Ok(()) };
        for number in lost {
            disk.files.borrow_mut().remove(&known(number).path);
        }
        let before = disk.files.borrow().clone();
        execute(&planned, &disk, &disk, &|| false);
        let after = disk.files.borrow().clone();
        let is_there = |files: &BTreeMap<PathBuf, FileState>, index: u32| files.contains_key(&known(u64::from(index)).path);
        for decision in &decisions {
            for &kept in &decision.kept {
                prop_assert_eq!(is_there(&before, kept), is_there(&after, kept));
            }
            let lost_one = decision.discarded.iter().any(|&index| is_there(&before, index) && !is_there(&after, index));
            let survives = decision.kept.iter().any(|&index| is_there(&after, index));
            prop_assert!(!lost_one || survives);
        }
    }
}

#[test]
fn links_on_the_disk_are_seen_as_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second, third) =
        (folder.path().join("a.jpg"), folder.path().join("b.jpg"), folder.path().join("c.jpg"));
    fs::write(&first, b"picture").unwrap();
    fs::write(&second, b"picture").unwrap();
    fs::hard_link(&first, &third).unwrap();
    let file = |path: &Path| {
        let state = SystemDisk.state(path).unwrap();
        KnownFile {
            path: path.to_owned(),
            content: ContentHash::of(b"picture"),
            size_bytes: state.size_bytes,
            modified_ns: state.modified_ns,
        }
    };
    let files = [file(&first), file(&second), file(&third)];
    assert_ne!(FileIdentity::of(&first).unwrap(), FileIdentity::of(&second).unwrap());
    let planned = plan(&[decision(&[0], &[1, 2])], &files, &SystemDisk).unwrap();
    let expected: (Vec<u32>, usize) = if cfg!(unix) { (vec![1], 1) } else { (vec![1, 2], 0) };
    assert_eq!((planned.files.iter().map(|file| file.index).collect(), planned.skipped.len()), expected);
    assert!(
        SystemDisk.state(folder.path()).is_none() && SystemDisk.state(&folder.path().join("d")).is_none()
    );
}
