//! The map: layouts, groups, names and loops.

use proptest::prelude::*;
use vitrine::library::map::{Grid, Layout, Stage, clusters, inside, kept, name_clusters};
use vitrine::library::{PictureId, RowId};

const GO_ON: &(dyn Fn() -> bool + Sync) = &|| false;

fn id(row: usize) -> PictureId {
    PictureId { library: 0, row: RowId(row as u32) }
}

/// Numbers that look random, from −1 to 1.
struct Noise(u64);

impl Noise {
    fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / 8_388_608.0 - 1.0
    }

    /// About normal, of variance one.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() / 2.0
    }
}

/// Points around `kinds` centres; point i is of kind i % kinds.
fn blobs(count: usize, kinds: usize, dimensions: usize, seed: u64) -> Vec<Vec<f32>> {
    let mut noise = Noise(seed);
    let centres: Vec<Vec<f32>> =
        (0..kinds).map(|_| (0..dimensions).map(|_| noise.unit() * 4.0).collect()).collect();
    let point = |at: usize| centres[at % kinds].iter().map(|centre| centre + noise.normal()).collect();
    (0..count).map(point).collect()
}

fn layout(points: &[Vec<f32>]) -> Layout {
    let mut layout = Layout::new(7);
    for (row, point) in points.iter().enumerate() {
        assert!(layout.add(id(row), point));
    }
    layout
}

fn settled(points: &[Vec<f32>]) -> Layout {
    let mut layout = layout(points);
    while layout.step(50, GO_ON) {}
    layout
}

fn square<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

#[test]
fn a_restored_map_stays_and_takes_newcomers_in() {
    let points = blobs(210, 3, 12, 5);
    let before = settled(&points[..200]);
    let mut after = layout(&points[..200]);
    for (row, place) in before.positions().iter().enumerate() {
        after.restore(id(row), *place);
    }
    assert_eq!(after.stage(), Stage::Settled, "what rests where it was needs no neighbours");
    assert_eq!(after.positions(), before.positions());

    for (row, point) in points.iter().enumerate().skip(200) {
        after.add(id(row), point);
    }
    while after.step(50, GO_ON) {}
    let extent = before.positions().iter().flatten().fold(0.0_f32, |most, axis| most.max(axis.abs()));
    let moved: f32 = before.positions().iter().zip(after.positions()).map(|(a, b)| square(a, b).sqrt()).sum();
    assert!(moved / 200.0 < 0.05 * extent, "{} of {extent}", moved / 200.0);
    // A newcomer stands among its own kind.
    for (row, place) in after.positions().iter().enumerate().skip(200) {
        let nearest = (0..200).min_by(|a, b| {
            square(place, &after.positions()[*a]).total_cmp(&square(place, &after.positions()[*b]))
        });
        assert_eq!(nearest.map(|near| near % 3), Some(row % 3), "{row}");
    }
    // As many again make it another map, for which all are compared.
    for (row, point) in blobs(420, 3, 12, 5).iter().enumerate().skip(210) {
        after.add(id(row), point);
    }
    while after.step(50, GO_ON) {}
    let places = after.positions();
    let agreeing = (0..420).filter(|row| {
        let others = (0..420).filter(|other| other != row);
        let nearest = others
            .min_by(|a, b| square(&places[*row], &places[*a]).total_cmp(&square(&places[*row], &places[*b])));
        nearest.is_some_and(|near| near % 3 == row % 3)
    });
    assert!(agreeing.count() > 410);
    after.restore(id(0), [f32::NAN, 0.0]);
    after.restore(id(9999), [0.0, 0.0]);
    assert!(after.positions().iter().flatten().all(|axis| axis.is_finite()));
}

proptest! {
    #[test]
    fn kept_places_come_back_whole_or_not_at_all(
        places in prop::collection::vec((any::<u32>(), -9e9_f32..9e9, -9e9_f32..9e9), 0..40),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let places: Vec<(RowId, [f32; 2])> = places.into_iter().map(|(row, x, y)| (RowId(row), [x, y])).collect();
        let mut bytes = kept::to_bytes(&places);
        prop_assert_eq!(kept::from_bytes(&bytes), Some(places));
        let at = at.index(bytes.len());
        prop_assert_eq!(kept::from_bytes(&bytes[..at]), None);
        bytes[at] ^= 1 << bit;
        prop_assert_eq!(kept::from_bytes(&bytes), None);
    }
}

/// Ranks of all others by distance from each point.
fn ranks(distance: impl Fn(usize, usize) -> f32, count: usize) -> Vec<Vec<usize>> {
    let of = |own: usize| {
        let mut others: Vec<usize> = (0..count).filter(|other| *other != own).collect();
        others.sort_by(|a, b| distance(own, *a).total_cmp(&distance(own, *b)));
        others
    };
    (0..count).map(of).collect()
}

/// Trustworthiness (Venna, Kaski 2001): 1 when no neighbour in the plane is a stranger in the data.
fn trustworthiness(points: &[Vec<f32>], places: &[[f32; 2]], k: usize) -> f64 {
    let count = points.len();
    let apart = |a: usize, b: usize| points[a].iter().zip(&points[b]).map(|(a, b)| (a - b).powi(2)).sum();
    let in_data = ranks(apart, count);
    let in_plane = ranks(|a, b| square(&places[a], &places[b]), count);
    let mut sum = 0;
    for (data, plane) in in_data.iter().zip(&in_plane) {
        let mut rank = vec![0; count];
        data.iter().zip(1..).for_each(|(other, at)| rank[*other] = at);
        sum += plane[..k].iter().map(|other| rank[*other].max(k) - k).sum::<usize>();
    }
    1.0 - 2.0 * sum as f64 / (count as f64 * k as f64 * (2.0 * count as f64 - 3.0 * k as f64 - 1.0))
}

#[test]
fn what_is_close_stays_close() {
    let points = blobs(600, 6, 40, 1);
    let mut layout = layout(&points);
    assert_eq!(layout.stage(), Stage::Placing);
    layout.step(1, GO_ON);
    let first = trustworthiness(&points, layout.positions(), 15);
    while layout.step(100, GO_ON) {}
    let last = trustworthiness(&points, layout.positions(), 15);
    assert!(last > 0.95 && last > first, "{first} at first, {last} at the end");
    assert_eq!((layout.stage(), layout.progress()), (Stage::Settled, 1.0));
}

#[test]
fn kinds_become_groups() {
    let points = blobs(700, 7, 30, 2);
    let groups = settled(&points).clusters(20);
    for (at, group) in groups.iter().enumerate() {
        assert_eq!(*group, groups[at % 7], "point {at}");
    }
    let mut kinds: Vec<u32> = groups[..7].iter().map(|group| group.unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn places_do_not_depend_on_threads_or_steps() {
    let points = blobs(300, 4, 20, 3);
    let places = |threads: usize, rounds: u32| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut layout = layout(&points);
            while layout.step(rounds, GO_ON) {}
            layout.positions().to_vec()
        })
    };
    let one = places(1, 1000);
    assert_eq!(one, places(3, 1000));
    assert_eq!(one, places(2, 7));
}

#[test]
fn newcomers_find_their_kind_and_the_others_stay() {
    let points = blobs(660, 6, 30, 4);
    let mut layout = settled(&points[..600]);
    let before = layout.positions().to_vec();
    for (row, point) in points.iter().enumerate().skip(600) {
        layout.add(id(row), point);
    }
    assert_eq!(layout.stage(), Stage::Comparing);
    while layout.step(100, GO_ON) {}
    let after = layout.positions();
    let moved = before.iter().zip(after).map(|(a, b)| square(a, b).sqrt());
    let mean = moved.sum::<f32>() / 600.0;
    assert!(mean < 0.5, "the others moved by {mean}");
    for at in 600..660 {
        let nearest =
            (0..600).min_by(|a, b| square(&after[at], &after[*a]).total_cmp(&square(&after[at], &after[*b])));
        assert_eq!(nearest.unwrap() % 6, at % 6, "newcomer {at}");
    }
}

#[test]
fn pictures_can_leave_and_change() {
    let points = blobs(200, 2, 16, 5);
    let mut layout = settled(&points);
    let before = layout.positions().to_vec();
    layout.remove(&(0..50).map(id).collect::<Vec<_>>());
    assert_eq!(layout.len(), 150);
    assert_eq!(layout.positions(), &before[50..], "nobody else moves");
    assert_eq!(layout.ids().next(), Some(id(50)));
    // A picture of the first kind becomes one of the second.
    layout.add(id(60), &points[61]);
    while layout.step(100, GO_ON) {}
    let places = layout.positions();
    let at = |row: usize| &places[row - 50];
    assert!(square(at(60), at(61)) < square(at(60), at(62)));
}

#[test]
fn few_equal_and_unfit_vectors_do_no_harm() {
    for count in 1..6 {
        let layout = settled(&vec![vec![1.0, 0.0, 0.0]; count]);
        assert!(layout.positions().iter().flatten().all(|axis| axis.is_finite()), "{count}");
    }
    let mut layout = settled(&vec![vec![0.5; 8]; 100]);
    assert!(layout.positions().iter().flatten().all(|axis| axis.is_finite()));
    assert!(!layout.add(id(1000), &[1.0]), "another length");
    assert!(!layout.add(id(1000), &[f32::NAN; 8]), "no numbers");
    assert!(!layout.add(id(1000), &[]), "nothing");
    layout.remove(&[id(5000)]);
    assert_eq!(layout.len(), 100);
    let mut empty = Layout::new(1);
    assert!(!empty.step(1, GO_ON));
    assert_eq!(empty.stage(), Stage::Empty);
}

#[test]
fn a_stopped_step_changes_nothing() {
    let mut layout = layout(&blobs(300, 3, 16, 6));
    layout.step(1, GO_ON);
    let before = layout.positions().to_vec();
    assert!(layout.step(10, &|| true));
    assert_eq!((layout.stage(), layout.positions()), (Stage::Comparing, before.as_slice()));
}

#[test]
fn a_grid_finds_the_nearest() {
    let mut noise = Noise(8);
    let places: Vec<[f32; 2]> = (0..500).map(|_| [noise.normal() * 3.0, noise.normal().powi(3)]).collect();
    let grid = Grid::new(&places, 4);
    for from in places.iter().chain(&[[40.0, 0.0], [-30.0, 77.0], [0.0, -200.0]]) {
        let found: Vec<u32> = grid.nearest(&places, *from, None, 9).into_iter().map(|(_, at)| at).collect();
        let mut expected: Vec<u32> = (0..500).collect();
        expected.sort_by(|a, b| {
            square(from, &places[*a as usize]).total_cmp(&square(from, &places[*b as usize]))
        });
        assert_eq!(found, &expected[..9], "{from:?}");
    }
    assert!(Grid::new(&[], 4).nearest(&[], [0.0; 2], None, 3).is_empty());
}

#[test]
fn thin_regions_are_in_no_group() {
    let mut noise = Noise(9);
    let mut places: Vec<[f32; 2]> = Vec::new();
    for centre in [[0.0, 0.0], [10.0, 0.0], [0.0, 12.0]] {
        places.extend((0..100).map(|_| [centre[0] + noise.normal() * 0.5, centre[1] + noise.normal() * 0.5]));
    }
    places.extend([[40.0, 40.0], [-35.0, 20.0], [5.0, -30.0]]);
    let groups = clusters(&places, 20);
    assert_eq!(groups[300..], [None; 3]);
    for kind in 0..3 {
        let group = groups[kind * 100];
        let same = groups[kind * 100..][..100].iter().filter(|other| **other == group).count();
        assert!(group.is_some() && same >= 95, "{kind}: {same}");
    }
    assert_eq!(clusters(&places[..5], 20), [None; 5]);
}

#[test]
fn names_say_what_is_common_inside_and_rare_outside() {
    let groups: Vec<Option<u32>> = (0..40).map(|at| if at == 39 { None } else { Some(at / 10) }).collect();
    let words: Vec<Vec<&str>> = (0..40)
        .map(|at| match at / 10 {
            0 => vec!["Canon", "beach", "summer"],
            1 | 2 => vec!["Canon", "snow"],
            _ => vec!["Canon", "Canon"],
        })
        .collect();
    let names = name_clusters(&groups, &words);
    assert_eq!(names, ["beach · summer", "snow", "snow 2", "Group 1"]);
    assert!(name_clusters::<&str>(&[], &[]).is_empty());
}

proptest! {
    #[test]
    fn names_differ_and_are_short(picked in prop::collection::vec((0_u32..6, prop::collection::vec(0_u8..5, 0..4)), 1..60)) {
        let groups: Vec<Option<u32>> = picked.iter().map(|(group, _)| group.checked_sub(1)).collect();
        let words: Vec<Vec<String>> =
            picked.iter().map(|(_, words)| words.iter().map(|word| format!("w{word}")).collect()).collect();
        let names = name_clusters(&groups, &words);
        for (at, name) in names.iter().enumerate() {
            prop_assert!(!name.is_empty() && name.split(" · ").count() <= 3);
            prop_assert!(!names[..at].contains(name), "{} twice", name);
        }
    }

    #[test]
    fn a_loop_holds_what_its_winding_says(
        corners in prop::collection::vec((-9_i32..10, -9_i32..10), 3..9),
        x in -9_i32..9,
        y in -9_i32..9,
    ) {
        // Half numbers, so that no place lies on a corner's height; those on an edge are left out below.
        let polygon: Vec<[f32; 2]> = corners.iter().map(|(x, y)| [*x as f32, *y as f32]).collect();
        let place = [f64::from(x) + 0.5, f64::from(y) + 0.5];
        // The angle that the loop turns around the place: an odd number of turns is inside.
        let mut turned = 0.0;
        for (at, a) in corners.iter().enumerate() {
            let b = corners[(at + 1) % corners.len()];
            let from = |(x, y): (i32, i32)| (f64::from(x) - place[0], f64::from(y) - place[1]);
            let ((ax, ay), (bx, by)) = (from(*a), from(b));
            let (cross, dot) = (ax * by - ay * bx, ax * bx + ay * by);
            prop_assume!(cross != 0.0 || dot > 0.0);
            turned += cross.atan2(dot);
        }
        let turns = (turned / std::f64::consts::TAU).round() as i64;
        let found = inside(&polygon, &[[place[0] as f32, place[1] as f32]]);
        prop_assert_eq!(!found.is_empty(), turns % 2 != 0, "{} turns", turns);
    }
}
