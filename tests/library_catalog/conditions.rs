//! Conditions and facets.

use super::{filtered, fresh, named, rich_many, text};
use proptest::prelude::*;
use vitrine::library::Format;
use vitrine::library::catalog::PictureRecord;
use vitrine::library::format::RawFamily;
use vitrine::library::query::{CivilDate, Filter, NumberField, NumberRange, Presence, Shape, TextField};

fn number(field: NumberField, from: Option<f64>, to: Option<f64>) -> Filter {
    Filter::Number { field, range: NumberRange { from, to, from_included: true, to_included: false } }
}

fn exactly(field: NumberField, value: f64) -> Filter {
    let range = NumberRange { from: Some(value), to: Some(value), from_included: true, to_included: true };
    Filter::Number { field, range }
}

fn near(latitude_deg: f64, longitude_deg: f64, radius_m: f64) -> Filter {
    Filter::Near { latitude_deg, longitude_deg, radius_m }
}

fn day(year: i16, month: u8, day: u8) -> CivilDate {
    CivilDate::new(year, month, day).unwrap()
}

fn first_second(date: CivilDate) -> i64 {
    i64::from(date.days_since_1970()) * 86_400
}

/// Five pictures; the last one has nothing.
fn five() -> [PictureRecord; 5] {
    let a = PictureRecord {
        camera: Some("Canon EOS 5D".into()),
        lens: Some("EF 50mm f/1.8".into()),
        format: Some(Format::Jpeg),
        tags: vec!["Été".into(), "mer".into()],
        taken_wall_secs: Some(first_second(day(2023, 5, 7))),
        width: 4000,
        height: 3000,
        iso: Some(800),
        f_number: Some(2.8),
        exposure_secs: Some(0.005),
        focal_mm: Some(50.0),
        focal_35mm: Some(80.0),
        rating: Some(4),
        size_bytes: 5_000_000,
        latitude_deg: Some(48.8566),
        longitude_deg: Some(2.3522),
        title: Some("Évening".into()),
        has_sidecar: true,
        ..named("2023/Summer trip/a.jpg")
    };
    let b = PictureRecord {
        camera: Some("NIKON D90".into()),
        format: Some(Format::Raw(RawFamily::Nef)),
        taken_wall_secs: Some(first_second(day(2023, 5, 8)) - 1),
        width: 3000,
        height: 4000,
        iso: Some(100),
        rating: Some(0),
        city: Some("São Paulo".into()),
        country: Some("Brasil".into()),
        latitude_deg: Some(0.0),
        longitude_deg: Some(179.99),
        ..named("2023/winter/b.nef")
    };
    let c = PictureRecord {
        format: Some(Format::Tiff),
        width: 1000,
        height: 1029,
        caption: Some("tags: mer".into()),
        creator: Some("Ana".into()),
        latitude_deg: Some(89.99),
        longitude_deg: Some(-90.0),
        taken_wall_secs: Some(-86_400 * 300),
        ..named("c.TIF")
    };
    let d = PictureRecord {
        format: Some(Format::Png),
        width: 2000,
        height: 1000,
        has_alpha: true,
        ..named("2023 plans/d%_.png")
    };
    let e = named("e.jpg");
    [a, b, c, d, e]
}

#[test]
fn conditions_choose_pictures() {
    let (_folder, catalog) = fresh();
    catalog.upsert(&five()).unwrap();

    let cases: Vec<(Filter, &[u32])> = vec![
        (text(TextField::Camera, "canon"), &[1]),
        (text(TextField::Camera, "nikon d9"), &[2]),
        (text(TextField::Lens, "50MM"), &[1]),
        (text(TextField::Folder, "2023"), &[1, 2]),
        (text(TextField::Folder, "2023*"), &[1, 2, 4]),
        (text(TextField::Folder, "*mer*"), &[1]),
        (text(TextField::Folder, "/2023/"), &[1, 2]),
        (text(TextField::Folder, "2023\\summer TRIP"), &[1]),
        (text(TextField::Folder, "summer"), &[]),
        (text(TextField::Name, "a.jp"), &[1]),
        (text(TextField::Name, "%_"), &[4]),
        (text(TextField::Name, "%"), &[4]),
        (text(TextField::Tag, "ete"), &[1]),
        (text(TextField::Tag, "te\nme"), &[]),
        (text(TextField::Tag, "te me"), &[]),
        (text(TextField::Caption, "MER"), &[3]),
        (text(TextField::Caption, "evening"), &[1]),
        (text(TextField::Place, "sao paulo"), &[2]),
        (text(TextField::Place, "brasil"), &[2]),
        (text(TextField::Creator, "ana"), &[3]),
        (text(TextField::Type, "jpg"), &[1]),
        (text(TextField::Type, "JPEG"), &[1]),
        (text(TextField::Type, "raw"), &[2]),
        (text(TextField::Type, "nef"), &[2]),
        (text(TextField::Type, "tif"), &[3]),
        (number(NumberField::Iso, Some(200.0), None), &[1]),
        (number(NumberField::Iso, None, Some(800.0)), &[2]),
        (exactly(NumberField::Iso, 800.0), &[1]),
        (exactly(NumberField::FNumber, 2.8), &[1]),
        (exactly(NumberField::ExposureSecs, 1.0 / 200.0), &[1]),
        (number(NumberField::FocalMm, Some(35.0), Some(85.0)), &[1]),
        (exactly(NumberField::Focal35Mm, 80.0), &[1]),
        (number(NumberField::Width, Some(3000.0), None), &[1, 2]),
        (number(NumberField::Width, None, Some(1001.0)), &[3]),
        (number(NumberField::Height, Some(4000.0), None), &[2]),
        (number(NumberField::Megapixels, Some(12.0), None), &[1, 2]),
        (number(NumberField::Megapixels, None, Some(1.5)), &[3]),
        (number(NumberField::SizeBytes, Some(1.0), None), &[1]),
        (number(NumberField::Rating, Some(0.0), None), &[1, 2]),
        (number(NumberField::Rating, Some(f64::NAN), None), &[]),
        (Filter::Taken { from: day(2023, 5, 7), until: day(2023, 5, 8) }, &[1, 2]),
        (Filter::Taken { from: day(2023, 5, 8), until: day(2024, 1, 1) }, &[]),
        (Filter::Taken { from: CivilDate::FIRST, until: day(1970, 1, 1) }, &[3]),
        (Filter::Taken { from: CivilDate::FIRST, until: CivilDate::LAST }, &[1, 2, 3]),
        (Filter::Shape(Shape::Landscape), &[1, 4]),
        (Filter::Shape(Shape::Portrait), &[2]),
        (Filter::Shape(Shape::Square), &[3]),
        (Filter::Shape(Shape::Panorama), &[4]),
        (Filter::Has(Presence::Gps), &[1, 2, 3]),
        (Filter::Has(Presence::Date), &[1, 2, 3]),
        (Filter::Has(Presence::Caption), &[1, 3]),
        (Filter::Has(Presence::Tags), &[1]),
        (Filter::Has(Presence::Rating), &[1, 2]),
        (Filter::Has(Presence::Camera), &[1, 2]),
        (Filter::Has(Presence::Lens), &[1]),
        (Filter::Has(Presence::Sidecar), &[1]),
        (Filter::Has(Presence::Alpha), &[4]),
        (near(48.85, 2.35, 1000.0), &[1]),
        (near(48.85, 2.35, 100.0), &[]),
        (near(0.0, -179.99, 3000.0), &[2]),
        (near(90.0, 33.0, 2000.0), &[3]),
        (near(89.99, 90.0, 3000.0), &[3]),
        (near(0.0, 0.0, 3e7), &[1, 2, 3]),
        (near(f64::NAN, 0.0, 1.0), &[]),
    ];
    for (filter, expected) in &cases {
        assert_eq!(filtered(&catalog, &[(filter.clone(), false)]), *expected, "{filter:?}");
        let others: Vec<u32> = (1..=5).filter(|row| !expected.contains(row)).collect();
        assert_eq!(filtered(&catalog, &[(filter.clone(), true)]), others, "not {filter:?}");
        // Conditions are joined, and each one's values stay its own.
        for (second, also) in &cases {
            let both: Vec<u32> = expected.iter().copied().filter(|row| !also.contains(row)).collect();
            assert_eq!(filtered(&catalog, &[(filter.clone(), false), (second.clone(), true)]), both);
        }
    }
    assert_eq!(catalog.filter(&[]).unwrap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_text_is_found_by_any_part_of_it(
        texts in proptest::collection::vec(any::<String>(), 1..6),
        at in any::<proptest::sample::Index>(),
        cut in any::<(proptest::sample::Index, proptest::sample::Index)>(),
        other in any::<String>(),
    ) {
        let (_folder, catalog) = fresh();
        let record = |(n, text): (usize, &String)| PictureRecord {
            camera: Some(text.clone()),
            caption: Some(text.clone()),
            tags: vec![text.clone(), "x".into()],
            ..named(&format!("{n}"))
        };
        let records: Vec<_> = texts.iter().enumerate().map(record).collect();
        catalog.upsert(&records).unwrap();
        let row = at.index(texts.len());
        let chars: Vec<char> = texts[row].chars().collect();
        let (from, to) = (cut.0.index(chars.len() + 1), cut.1.index(chars.len() + 1));
        let part: String = chars[from.min(to)..from.max(to)].iter().collect();
        for field in [TextField::Camera, TextField::Caption] {
            // Half a letter of Korean is another letter; all else is found by its parts.
            if !part.chars().chain(texts[row].chars()).any(|char| ('\u{1100}'..='\u{11ff}').contains(&char)) {
                let rows = filtered(&catalog, &[(text(field, &part), false)]);
                prop_assert!(rows.contains(&(row as u32 + 1)), "{field:?} {part:?}");
                let upper: String = part.to_uppercase();
                if upper.is_ascii() {
                    prop_assert_eq!(&filtered(&catalog, &[(text(field, &upper), false)]), &rows);
                }
            }
            let with = filtered(&catalog, &[(text(field, &other), false)]);
            let without = filtered(&catalog, &[(text(field, &other), true)]);
            prop_assert_eq!(with.len() + without.len(), texts.len());
        }
    }

    #[test]
    fn distances_are_cut_as_the_sphere_says(
        places in proptest::collection::vec((-90.0_f64..=90.0, -180.0_f64..=180.0), 1..20),
        center in (-90.0_f64..=90.0, -180.0_f64..=180.0),
        radius_m in prop_oneof![0.0_f64..1e5, 0.0_f64..2.1e7],
    ) {
        let (_folder, catalog) = fresh();
        let record = |(n, (latitude, longitude)): (usize, &(f64, f64))| PictureRecord {
            latitude_deg: Some(*latitude),
            longitude_deg: Some(*longitude),
            ..named(&format!("{n}"))
        };
        let records: Vec<_> = places.iter().enumerate().map(record).collect();
        catalog.upsert(&records).unwrap();
        // By unit vectors, another way than the one tested.
        let unit = |(latitude, longitude): (f64, f64)| {
            let ((sin, cos), (east_sin, east_cos)) = (latitude.to_radians().sin_cos(), longitude.to_radians().sin_cos());
            [cos * east_cos, cos * east_sin, sin]
        };
        let (rows, a) = (filtered(&catalog, &[(near(center.0, center.1, radius_m), false)]), unit(center));
        for (n, place) in places.iter().enumerate() {
            let b = unit(*place);
            let chord = (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum::<f64>().sqrt();
            let distance = 2.0 * 6_371_008.8 * (chord / 2.0).min(1.0).asin();
            if (distance - radius_m).abs() > 1.0 {
                prop_assert_eq!(rows.contains(&(n as u32 + 1)), distance < radius_m, "{} m to {:?}", distance, place);
            }
        }
    }
}

#[test]
fn facets_complete_what_is_typed() {
    let (_folder, catalog) = fresh();
    catalog.upsert(&rich_many(70)).unwrap();
    catalog
        .upsert(&[PictureRecord { camera: Some("Óptik".into()), ..named("2023/trip 1/deep/er/x.png") }])
        .unwrap();
    let facets = |field, prefix: &str, limit| catalog.facets(field, prefix, limit).unwrap();
    let owned =
        |pairs: &[(&str, usize)]| pairs.iter().map(|(v, n)| ((*v).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(facets(TextField::Camera, "", 2), owned(&[("Nikon D90", 24), ("Canon EOS 5D", 23)]));
    assert_eq!(facets(TextField::Camera, "eos", 9), owned(&[("Canon EOS 5D", 23)]));
    assert_eq!(facets(TextField::Camera, "optik", 9), owned(&[("Óptik", 1)]));
    assert_eq!(facets(TextField::Camera, "ikon", 9), []);
    assert_eq!(facets(TextField::Tag, "TAG", 2), owned(&[("tag0", 18), ("tag1", 18)]));
    assert_eq!(facets(TextField::Type, "", 9), owned(&[("jpeg", 56), ("nef", 14)]));
    assert_eq!(facets(TextField::Place, "mal", 9), owned(&[("Málaga", 70)]));
    assert_eq!(facets(TextField::Place, "", 9), owned(&[("España", 70), ("Málaga", 70), ("Playa", 70)]));
    let folders = facets(TextField::Folder, "2023", 9);
    assert_eq!(folders[..2], owned(&[("2023", 71), ("2023/trip 1", 11)]));
    assert_eq!(facets(TextField::Folder, "deep", 9).len(), 2);
    assert_eq!(facets(TextField::Name, "", 9), []);
}
