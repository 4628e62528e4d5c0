//! The figure room: labels, ticks, layout, and the files that come out.

use std::sync::atomic::{AtomicUsize, Ordering};

use lopdf::Document;
use proptest::prelude::*;
use vitrine::{
    figure::{
        About, Area, FigureError, FigureSize, FigureTheme, FileFormat, Page, RendererPool, Stage, Tokens,
        draw, encode, has_glyph,
        plot::{
            Axis, Bar, ColorBar, Figure, Ink, Inset, Legend, LineStyle, Mark, Note, Panel, Shape, TickStyle,
        },
        scale::{Ticks, number_text},
        text::{Label, shortened, wrapped},
        to_pdf, to_pixels, to_png, write_document,
    },
    jobs::Jobs,
};

const SIZE: FigureSize = FigureSize { width_mm: 86.0, height_mm: 60.0 };

fn panel() -> Panel {
    let curve: Vec<(f64, f64)> = (0..400).map(|i| (f64::from(i) * 0.1, (f64::from(i) * 0.1).sin())).collect();
    Panel {
        title: Label::formula("SrTiO3").then(&Label::from(" · Cu K*α*_{1}")),
        x: Axis { label: "2*θ* (°)".into(), ..Axis::default() },
        y: Axis { label: "*d* (Å)".into(), ..Axis::default() },
        marks: vec![
            Mark::new("first", Ink::Series(0), Shape::Line(curve.clone(), LineStyle::Solid)),
            Mark::new("second", Ink::Series(1), Shape::Sticks { points: curve, base: -1.0 }),
        ],
        notes: vec![Note { at: (5.0, 1.0), label: Label::miller(&[1, -1, 0]), upright: true }],
        ..Panel::default()
    }
}

fn figure() -> Figure {
    Figure {
        title: "Pattern of <SrTiO₃> & more".into(),
        description: "made by a test".into(),
        panels: vec![panel()],
        columns: 1,
        letters: true,
    }
}

/// Objects of a PDF that are pictures.
fn image_count(document: &Document) -> usize {
    let is_image = |object: &lopdf::Object| {
        object.as_stream().is_ok_and(|stream| {
            stream.dict.get(b"Subtype").and_then(lopdf::Object::as_name).is_ok_and(|name| name == b"Image")
        })
    };
    document.objects.values().filter(|object| is_image(object)).count()
}

#[test]
fn the_same_figure_is_the_same_bytes() {
    for theme in FigureTheme::ALL {
        let once = draw(&figure(), SIZE, theme);
        let again = draw(&figure(), SIZE, theme);
        assert_eq!(once, again);
        for format in FileFormat::ALL {
            let about = About { title: "t".into(), description: "d".into(), keywords: vec!["k".into()] };
            let once = encode(&once, format, 150.0, &about).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(1100));
            assert_eq!(
                once,
                encode(&again, format, 150.0, &about).unwrap(),
                "{format:?}: no clock in the file"
            );
            if format != FileFormat::Pdf {
                continue;
            }
            assert!(once.starts_with(b"%PDF-"));
        }
    }
    assert_ne!(draw(&figure(), SIZE, FigureTheme::Print), draw(&figure(), SIZE, FigureTheme::Dark));
}

#[test]
fn text_in_a_pdf_is_text_and_lines_are_lines() {
    let about = About { title: "Strontium titanate".into(), ..About::default() };
    let pdf = to_pdf(&draw(&figure(), SIZE, FigureTheme::Print), &about).unwrap();
    let document = Document::load_mem(&pdf).unwrap();
    assert_eq!(document.get_pages().len(), 1);
    assert_eq!(image_count(&document), 0, "a plot contains no raster");
    let text = document.extract_text(&[1]).unwrap().split_whitespace().collect::<String>();
    for expected in ["2θ(°)", "d(Å)", "first", "second", "SrTi"] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let fonts: Vec<String> = document
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok()?.get(b"FontName").ok()?.as_name().ok())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    assert!(!fonts.is_empty());
    // Six letters and a plus are the mark of a subset.
    assert!(fonts.iter().all(|name| name.contains("+LiberationSans")), "{fonts:?}");
    assert!(pdf.windows(18).any(|bytes| bytes == b"Strontium titanate"), "the title is in the metadata");
    let media_box =
        document.objects.values().find_map(|object| {
            object.as_dict().ok()?.get(b"MediaBox").ok()?.as_array().ok().map(|sides| {
                sides.iter().map(|side| side.as_float().unwrap_or(f32::NAN)).collect::<Vec<f32>>()
            })
        });
    let sides = media_box.unwrap();
    assert!((sides[2] - 86.0 * 72.0 / 25.4).abs() < 0.01 && (sides[3] - 60.0 * 72.0 / 25.4).abs() < 0.01);
}

/// Names of people's files come in every script; where the system has a font for one, it is used.
#[test]
fn letters_that_our_fonts_lack_come_from_the_system() {
    let mut system = usvg::fontdb::Database::new();
    system.load_system_fonts();
    let covers = |letter: char| {
        system.faces().any(|face| {
            let glyph = |data: &[u8], index| ttf_parser::Face::parse(data, index).ok()?.glyph_index(letter);
            system.with_face_data(face.id, glyph).flatten().is_some()
        })
    };
    for letter in ['ქ', '図', 'ش', 'ก'] {
        assert!(!has_glyph(letter));
        let panel = Panel { title: Label::plain(&letter.to_string()), ..panel() };
        let svg = draw(&Figure { panels: vec![panel], ..figure() }, SIZE, FigureTheme::Print);
        let document = lopdf::Document::load_mem(&to_pdf(&svg, &About::default()).unwrap()).unwrap();
        let names = document.objects.values().filter_map(|object| {
            object.as_dict().ok()?.get(b"BaseFont").ok()?.as_name().ok().map(<[u8]>::to_vec)
        });
        let is_other = |name: &Vec<u8>| !String::from_utf8_lossy(name).contains("LiberationSans");
        assert_eq!(names.filter(is_other).count() > 0, covers(letter), "{letter}");
    }
}

#[test]
fn a_png_has_the_size_and_the_resolution_that_were_asked_for() {
    let svg = draw(&figure(), SIZE, FigureTheme::Print);
    let png = to_png(&svg, 300.0).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let info = reader.info();
    assert_eq!((info.width, info.height), (1016, 709), "86 × 60 mm at 300 dpi");
    assert_eq!(info.pixel_dims.unwrap().xppu, 11_811);
    assert!(matches!(to_png(&svg, 1e6), Err(FigureError::Pixels { .. })));
    assert_eq!(to_png(&svg, f64::NAN).unwrap_err().stage(), Stage::Encode);
}

#[test]
fn the_ground_has_the_colour_of_the_theme() {
    for theme in FigureTheme::ALL {
        let pixels = to_pixels(&draw(&figure(), SIZE, theme), 72.0).unwrap();
        assert_eq!(pixels.rgba.len(), pixels.width as usize * pixels.height as usize * 4);
        assert_eq!(pixels.rgba[..4], theme.palette().background);
        assert!(theme.palette().series.len() >= 6 && Tokens::get().heat.len() >= 2);
    }
}

#[test]
fn markup_becomes_lowered_raised_leaning_and_barred_letters() {
    let text = |markup: &str| Label::parse(markup).text();
    assert_eq!(text("H_{2}O"), "H₂O");
    assert_eq!(text("*d*-spacing"), "d-spacing");
    assert_eq!(text(r"\bar{1}10"), "1\u{305}10");
    assert_eq!(Label::miller(&[1, -1, 0]).text(), "11\u{305}0");
    assert_eq!(Label::miller(&[10, -1, 0]).text(), "10 1\u{305} 0", "indices of two digits stand apart");
    assert_eq!(Label::formula("Ca3Al2(SiO4)3").text(), "Ca₃Al₂(SiO₄)₃");
    assert_eq!(Label::formula("Al0.3Ga0.7As").text(), "Al₀.₃Ga₀.₇As");
    // What is no markup is text.
    for plain in ["a_b", "x^", "_{open", "5 * 3", r"C:\dir", r"\", "", "*"] {
        assert_eq!(text(plain), plain);
    }
    assert_eq!(text(r"\_{x}"), "_{x}");
    let svg = draw(&figure(), SIZE, FigureTheme::Print);
    assert!(svg.contains("font-style=\"italic\">θ</tspan>") && svg.contains("(°)"), "{svg}");
    for letter in "Åå°θλσπρΔ²³₀₁₂₃₄₅₆₇₈₉−–·×½".chars() {
        assert!(has_glyph(letter), "the font lacks {letter}");
    }
}

#[test]
fn ticks_are_round_numbers_within_the_axis() {
    let ticks = Ticks::new((0.0, 90.0), 6.0);
    assert_eq!(ticks.major, [0.0, 20.0, 40.0, 60.0, 80.0]);
    assert_eq!(ticks.text(20.0), "20");
    let ticks = Ticks::new((-0.3, 0.3), 4.0);
    assert_eq!(ticks.major.iter().map(|t| ticks.text(*t)).collect::<Vec<_>>(), ["−0.2", "0.0", "0.2"]);
    assert_eq!(number_text(2.5e7, 0), "2.5·10^{7}");
    assert_eq!(number_text(-0.0, 1), "0.0");
    assert_eq!(number_text(-9_999_999.0, 0), "−1·10^{7}");
    assert_eq!(number_text(5e-324, 6), "4.94·10^{−324}");
}

proptest! {
    #[test]
    fn ticks_lie_in_every_axis(low in -1e6_f64..1e6, span in 1e-6_f64..1e6, count in 1.0_f64..12.0) {
        let high = low + span;
        prop_assume!(high > low);
        let ticks = Ticks::new((low, high), count);
        prop_assert!(ticks.major.len() as f64 <= count + 1.0);
        let slack = 1e-6 * span;
        for value in ticks.major.iter().chain(&ticks.minor) {
            prop_assert!((low - slack..=high + slack).contains(value), "{value} in {low}..{high}");
        }
        prop_assert!(ticks.major.is_sorted() && ticks.minor.is_sorted());
        let texts: Vec<String> = ticks.major.iter().map(|value| ticks.text(*value)).collect();
        // Labels that cannot be told apart are no labels; beyond a million they are written with fewer digits.
        if span > 1e-3 && high.abs().max(low.abs()) < 1e6 {
            let mut distinct = texts.clone();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), texts.len(), "{:?}", texts);
        }
    }

    #[test]
    fn any_label_can_be_drawn(markup in ".{0,40}") {
        let label = Label::parse(&markup);
        prop_assert!(label.width(7.0, false) >= 0.0);
        let panel = Panel { title: label.clone(), x: Axis { label, ..Axis::default() }, ..panel() };
        let figure = Figure { title: markup.clone(), description: markup, panels: vec![panel], ..figure() };
        let svg = draw(&figure, SIZE, FigureTheme::Screen);
        prop_assert!(to_pixels(&svg, 20.0).is_ok(), "{svg}");
    }

    #[test]
    fn shortened_text_fits(text in "\\PC{0,60}", width in 3.0_f64..200.0) {
        let short = shortened(&text, 7.0, width);
        prop_assert!(short == "…" || Label::plain(&short).width(7.0, false) <= width + 1e-9);
        for line in wrapped(&text, 7.0, width) {
            prop_assert!(line == "…" || Label::plain(&line).width(7.0, false) <= width + 1e-9);
        }
    }

    #[test]
    fn strange_numbers_draw_something_or_nothing(values in prop::collection::vec(prop::num::f64::ANY, 0..24)) {
        draws_with(&values)?;
    }

    #[test]
    fn ticks_of_any_axis_are_numbers(low: f64, high: f64, count: f64) {
        let ticks = Ticks::new((low, high), count);
        for value in &ticks.major {
            let text = ticks.text(*value);
            prop_assert!(value.is_finite() && !text.contains("NaN") && !text.contains("inf"), "{value} is {text}");
        }
    }
}

/// Every shape of these numbers, on axes that fit them and on axes with an asked range, is a figure of numbers.
fn draws_with(values: &[f64]) -> Result<(), TestCaseError> {
    let points: Vec<(f64, f64)> =
        values.chunks(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect();
    let shapes = [
        Shape::Line(points.clone(), LineStyle::Dashed),
        Shape::Area(points.clone()),
        Shape::Sticks { points: points.clone(), base: 0.0 },
        Shape::Scatter(points.clone()),
        Shape::Bars(points.iter().map(|&(x, y)| Bar { x: (x, x + 1.0), y: (0.0, y) }).collect()),
        Shape::HeatMap { x_edges: values.to_vec(), y_edges: values.to_vec(), values: values.to_vec() },
        Shape::Level(values.first().copied().unwrap_or(0.0), LineStyle::Dotted),
        Shape::Position(values.first().copied().unwrap_or(0.0), LineStyle::Solid),
    ];
    for shape in shapes {
        let mark = Mark::new("name", Ink::Series(3), shape);
        let range = points.first().copied();
        let panels = vec![
            Panel { marks: vec![mark.clone(), mark.clone()], ..Panel::default() },
            Panel { marks: vec![mark], x: Axis { range, ..Axis::default() }, ..Panel::default() },
        ];
        let svg = draw(&Figure { panels, columns: 2, ..Figure::default() }, SIZE, FigureTheme::Print);
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        prop_assert!(to_pixels(&svg, 15.0).is_ok());
    }
    Ok(())
}

/// What chance seldom draws: numbers whose differences or quotients are beyond what a number holds.
#[test]
fn the_ends_of_the_numbers_draw_something_or_nothing() {
    let ends =
        [0.0, 1.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1e300, -1e300, f64::NAN, f64::INFINITY];
    for x in ends {
        for y in ends {
            draws_with(&[x, y]).unwrap();
            draws_with(&[0.0, y, x, 0.0]).unwrap();
            draws_with(&[x, y, y, x]).unwrap();
        }
    }
}

#[test]
fn small_and_crowded_figures_are_still_drawings() {
    let inset = Inset { panel: panel(), size: (0.4, 0.4) };
    let crowded = Panel {
        inset: Some(Box::new(inset)),
        color_bar: Some(ColorBar { label: "density".into(), range: (0.0, 1.0) }),
        legend: Legend::Above,
        x: Axis {
            ticks: TickStyle::Named(vec![(1.0, "one".into()), (2.0, "two".into())]),
            ..Axis::default()
        },
        ..panel()
    };
    for (width_mm, height_mm) in [(5.0, 5.0), (20.0, 8.0), (8.0, 200.0), (400.0, 400.0)] {
        for columns in [0, 1, 3] {
            let panels = vec![crowded.clone(), panel(), Panel::default(), panel()];
            let figure = Figure { panels, columns, letters: true, ..Figure::default() };
            let svg = draw(&figure, FigureSize { width_mm, height_mm }, FigureTheme::Print);
            assert!(to_pdf(&svg, &About::default()).is_ok());
            assert!(!svg.contains("width=\"-") && !svg.contains("height=\"-"), "{width_mm} × {height_mm}");
        }
    }
}

#[test]
fn notes_leave_curves_and_each_other_free() {
    let note = |x: f64, y: f64, text: &str| Note { at: (x, y), label: Label::plain(text), upright: false };
    let valley = Shape::Line(vec![(0.0, 10.0), (5.0, 0.0), (10.0, 10.0)], LineStyle::Solid);
    let panel = Panel {
        marks: vec![Mark::new("", Ink::Text, valley)],
        notes: vec![
            note(5.0, 7.0, "free"),
            note(5.0, 7.05, "upon it"),
            note(0.02, 10.5, "moved"),
            note(50.0, 3.0, "outside"),
        ],
        y: Axis { range: Some((0.0, 12.0)), ..Axis::default() },
        ..Panel::default()
    };
    let svg = draw(&Figure { panels: vec![panel], ..Figure::default() }, SIZE, FigureTheme::Print);
    assert!(svg.contains(">free<") && svg.contains(">moved<"));
    assert!(!svg.contains(">upon it<") && !svg.contains(">outside<"));
    let steep =
        Shape::Line(vec![(0.0, 0.0), (4.9, 0.0), (5.0, 10.0), (5.1, 0.0), (10.0, 0.0)], LineStyle::Solid);
    let panel = Panel {
        marks: vec![Mark::new("", Ink::Text, steep)],
        notes: vec![note(5.0, 10.0, "on the peak"), note(4.9, 0.5, "through the peak")],
        y: Axis { range: Some((0.0, 12.0)), ..Axis::default() },
        ..Panel::default()
    };
    let svg = draw(&Figure { panels: vec![panel], ..Figure::default() }, SIZE, FigureTheme::Print);
    assert!(svg.contains(">on the peak<") && !svg.contains(">through the peak<"));
}

#[test]
fn a_long_curve_is_drawn_with_the_points_that_can_be_seen() {
    let noisy: Vec<(f64, f64)> =
        (0..200_000_u32).map(|i| (f64::from(i), f64::from(i.wrapping_mul(2_654_435_761) >> 8))).collect();
    let highest = noisy.iter().map(|point| point.1).fold(0.0, f64::max);
    let panel = |points| Panel {
        marks: vec![Mark::new("", Ink::Text, Shape::Line(points, LineStyle::Solid))],
        y: Axis { range: Some((0.0, 1.1 * highest)), ..Axis::default() },
        ..Panel::default()
    };
    let svg =
        |points| draw(&Figure { panels: vec![panel(points)], ..Figure::default() }, SIZE, FigureTheme::Print);
    assert!(svg(noisy).len() < 400_000);
    let flat = svg((0..10_000).map(|i| (f64::from(i), 5.0)).collect());
    let two_points = svg(vec![(0.0, 5.0), (9_999.0, 5.0)]);
    assert!(flat.len() < two_points.len() + 400, "{} and {}", flat.len(), two_points.len());
}

#[test]
fn pages_are_bound_with_contents_and_links() {
    let page = |bookmark: Option<&str>, links| Page {
        svg: draw(&figure(), FigureSize { width_mm: 210.0, height_mm: 297.0 }, FigureTheme::Print),
        bookmark: bookmark.map(str::to_owned),
        links,
    };
    let area = Area { left: 10.0, top: 10.0, right: 100.0, bottom: 30.0 };
    let pages =
        [page(Some("Contents"), vec![(area, 1), (area, 99)]), page(Some("One"), vec![]), page(None, vec![])];
    let pdf = write_document(&pages, &About::default()).unwrap();
    let document = Document::load_mem(&pdf).unwrap();
    assert_eq!(document.get_pages().len(), 3);
    let links = document.objects.values().filter(|object| {
        object.as_dict().is_ok_and(|dict| {
            dict.get(b"Subtype").and_then(|name| name.as_name()).is_ok_and(|n| n == b"Link")
        })
    });
    assert_eq!(links.count(), 1, "a link to a page that is not there is left out");
    let bookmarks = document
        .objects
        .values()
        .filter(|object| object.as_dict().is_ok_and(|dict| dict.has(b"Title") && dict.has(b"Parent")));
    assert_eq!(bookmarks.count(), 2);
    assert_eq!(pdf, write_document(&pages, &About::default()).unwrap());
}

#[test]
fn no_more_renderers_work_than_the_pool_has() {
    let pool = std::sync::Arc::new(RendererPool::new(3));
    let busy = std::sync::Arc::new(AtomicUsize::new(0));
    let jobs = Jobs::default();
    let handles: Vec<_> = (0..24)
        .map(|number| {
            let (pool, busy) = (pool.clone(), busy.clone());
            jobs.spawn("draw", move |_| {
                pool.draw(|| {
                    let now = busy.fetch_add(1, Ordering::SeqCst) + 1;
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    busy.fetch_sub(1, Ordering::SeqCst);
                    assert!(number != 7, "one of them breaks");
                    Ok(now)
                })
            })
        })
        .collect();
    let seen: Vec<_> = handles.into_iter().map(vitrine::jobs::JobHandle::wait).collect();
    assert_eq!(seen.iter().filter(|result| result.is_err()).count(), 1);
    assert!(seen.iter().flatten().all(|now| *now <= 3));
    let stats = pool.stats();
    assert_eq!((stats.busy, stats.drawn), (0, 24), "the permit of the broken one came back");
    assert!(stats.peak <= pool.max() && stats.peak >= 2, "{stats:?}");
    assert_eq!(RendererPool::new(0).max(), 1);
}
