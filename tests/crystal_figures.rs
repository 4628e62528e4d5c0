//! Figures of structures: what is kept, what is shared, what fails and how.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use glam::DVec3;
use vitrine::{
    cache::Cache,
    crystal::{
        element::Element,
        figures::{
            Batch, FigureFailure, FigureKind, FigureMaker, FigureSettings, Outcome, canonical_bytes, report,
        },
        io::read_path,
        lattice::{CellParameters, Lattice},
        loaded::{DEFAULT_TOLERANCE_ANGSTROM, load_path},
        structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
    },
    figure::{FigureTheme, FileFormat, Stage},
    jobs::Jobs,
};

fn sample_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/crystals").join(name)
}

fn sample(name: &str) -> Structure {
    read_path(&sample_path(name)).unwrap().remove(0)
}

fn cached_maker(folder: &Path) -> (FigureMaker, Cache) {
    let cache = Cache::open(folder, 1 << 28).unwrap();
    (FigureMaker::new(Some(cache.clone()), 2), cache)
}

fn made(lattice_angstrom: f64, sites: &[(&str, [f64; 3])]) -> Structure {
    let a = lattice_angstrom;
    let row = |(symbol, _): &(&str, [f64; 3])| AsymmetricSite {
        label: (*symbol).to_owned(),
        occupants: vec![Occupant {
            element: Element::from_symbol(symbol).unwrap(),
            occupancy: 1.0,
            charge: None,
        }],
        disorder: None,
    };
    Structure {
        name: String::new(),
        lattice: Lattice::from_parameters(CellParameters {
            a,
            b: a,
            c: a,
            alpha: 90.0,
            beta: 90.0,
            gamma: 90.0,
        })
        .unwrap(),
        periodic: true,
        asymmetric: sites.iter().map(row).collect(),
        sites: (0..)
            .zip(sites)
            .map(|(asymmetric, (_, frac))| Site {
                asymmetric,
                frac: DVec3::from_array(*frac),
                displacement: Displacement::Unknown,
            })
            .collect(),
        stated_space_group: None,
        warnings: Vec::new(),
    }
}

#[test]
fn every_kind_is_made_in_every_format_and_theme() {
    let maker = FigureMaker::new(None, 1);
    let structure = sample("srtio3.cif");
    for theme in FigureTheme::ALL {
        let settings = FigureSettings { theme, dpi: 60.0, ..FigureSettings::default() };
        for kind in FigureKind::ALL {
            let made = maker.make(&structure, kind, &FileFormat::ALL, &settings).unwrap();
            let [pdf, svg, png] = made.as_slice() else { panic!("one file per format") };
            assert!(pdf.bytes.starts_with(b"%PDF") && png.bytes.starts_with(b"\x89PNG"));
            let svg = String::from_utf8(svg.bytes.clone()).unwrap();
            assert!(svg.starts_with("<svg") && !svg.contains("<image"), "{kind:?} is vector graphics");
        }
    }
}

#[test]
fn the_second_run_computes_nothing_and_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (maker, _) = cached_maker(folder.path());
    let structure = sample("lifepo4.cif");
    let settings = FigureSettings::default();
    for kind in FigureKind::ALL {
        let first = maker.make(&structure, kind, &[FileFormat::Pdf, FileFormat::Svg], &settings).unwrap();
        let drawn = maker.pool().stats().drawn;
        let second = maker.make(&structure, kind, &[FileFormat::Pdf, FileFormat::Svg], &settings).unwrap();
        assert_eq!(maker.pool().stats().drawn, drawn, "no renderer worked");
        for (first, second) in first.iter().zip(&second) {
            assert!(!first.cached && second.cached);
            assert_eq!(first.bytes, second.bytes);
        }
        // Another process: another maker on the same folder.
        let (other, _) = cached_maker(folder.path());
        assert!(other.make(&structure, kind, &[FileFormat::Pdf], &settings).unwrap()[0].cached);
        // And without a cache the same bytes again.
        let fresh = FigureMaker::new(None, 1).make(&structure, kind, &[FileFormat::Pdf], &settings).unwrap();
        assert_eq!(fresh[0].bytes, first[0].bytes);
    }
}

#[test]
fn another_wavelength_takes_the_reflections_and_other_bins_the_distances() {
    let folder = tempfile::tempdir().unwrap();
    let (maker, cache) = cached_maker(folder.path());
    let structure = sample("quartz.cif");
    let make = |kind, settings: &FigureSettings| {
        let before = cache.stats();
        maker.make(&structure, kind, &[FileFormat::Svg], settings).unwrap();
        let after = cache.stats();
        (after.hits - before.hits, after.misses - before.misses)
    };
    let mut settings = FigureSettings::default();
    assert_eq!(make(FigureKind::Xrd, &settings), (0, 2), "neither figure nor reflections are there");
    settings.xrd.radiation = "CrKa".parse().unwrap();
    assert_eq!(make(FigureKind::Xrd, &settings), (1, 1), "a longer wave needs fewer reflections");
    settings.xrd.radiation = "MoKa".parse().unwrap();
    make(FigureKind::Xrd, &settings);
    settings.xrd.radiation = "CuKa1".parse().unwrap();
    assert_eq!(make(FigureKind::Xrd, &settings), (1, 1), "those of molybdenum are enough for copper");
    assert_eq!(make(FigureKind::Xrd, &settings), (1, 0));

    assert_eq!(make(FigureKind::Rdf, &settings), (0, 2));
    settings.rdf.bins = 123;
    assert_eq!(make(FigureKind::Rdf, &settings), (1, 1));
    settings.rdf.cutoff_angstrom = 4.0;
    assert_eq!(make(FigureKind::Rdf, &settings), (1, 1));
    // What another kind of figure looks like changes nothing here.
    settings.xrd.two_theta_deg = (10.0, 50.0);
    settings.structure.scene.ball_scale = 0.8;
    assert_eq!(make(FigureKind::Rdf, &settings), (1, 0));
}

#[test]
fn reflections_from_the_cache_give_the_figure_that_fresh_ones_give() {
    let folder = tempfile::tempdir().unwrap();
    let (maker, _) = cached_maker(folder.path());
    let structure = sample("rutile.cif");
    let mut settings = FigureSettings::default();
    settings.xrd.radiation = "AgKa".parse().unwrap();
    maker.make(&structure, FigureKind::Xrd, &[FileFormat::Svg], &settings).unwrap();
    settings.xrd.radiation = "CuKa".parse().unwrap();
    let reused = maker.make(&structure, FigureKind::Xrd, &[FileFormat::Svg], &settings).unwrap();
    let fresh =
        FigureMaker::new(None, 1).make(&structure, FigureKind::Xrd, &[FileFormat::Svg], &settings).unwrap();
    assert_eq!(reused[0].bytes, fresh[0].bytes);
}

#[test]
fn polymorphs_never_share_a_figure() {
    let folder = tempfile::tempdir().unwrap();
    let (maker, _) = cached_maker(folder.path());
    let graphite = sample("graphite.cif");
    let mut diamond = sample("silicon.cif");
    diamond.asymmetric[0].occupants[0].element = Element::from_symbol("C").unwrap();
    let settings = FigureSettings::default();
    for kind in FigureKind::ALL {
        let one = maker.make(&graphite, kind, &[FileFormat::Svg], &settings).unwrap();
        let other = maker.make(&diamond, kind, &[FileFormat::Svg], &settings).unwrap();
        assert!(!other[0].cached, "{kind:?}");
        assert_ne!(one[0].bytes, other[0].bytes, "{kind:?}");
    }
    let mut moved = graphite.clone();
    moved.sites[0].frac.x += 1e-9;
    assert_ne!(canonical_bytes(&graphite), canonical_bytes(&moved));
    let mut renamed = graphite.clone();
    renamed.name = "another file".into();
    renamed.warnings.push("a remark".into());
    assert_eq!(canonical_bytes(&graphite), canonical_bytes(&renamed), "names are not content");
}

fn failures_of(structure: &Structure) -> Vec<(FigureKind, FigureFailure)> {
    let maker = FigureMaker::new(None, 1);
    let settings = FigureSettings::default();
    let failed = |kind| Some((kind, maker.make(structure, kind, &[FileFormat::Pdf], &settings).err()?));
    FigureKind::ALL.into_iter().filter_map(failed).collect()
}

#[test]
fn unusable_structures_fail_with_their_stage_and_a_reason() {
    let nan = made(4.0, &[("Na", [0.0; 3]), ("Cl", [f64::NAN, 0.5, 0.5])]);
    let empty = made(4.0, &[]);
    for structure in [&nan, &empty] {
        let failures = failures_of(structure);
        assert_eq!(failures.len(), if structure.sites.is_empty() { 3 } else { 4 }, "{failures:?}");
        for (kind, failure) in &failures {
            let expected = if *kind == FigureKind::Structure { Stage::Draw } else { Stage::Analysis };
            assert_eq!(failure.stage, expected, "{kind:?}: {failure}");
            assert!(failure.message.len() > 15, "{failure}");
        }
    }
    // No scattering is tabulated for oganesson.
    let unknown = failures_of(&made(4.0, &[("Og", [0.0; 3])]));
    assert!(unknown.iter().any(|(kind, failure)| *kind == FigureKind::Xrd && failure.message.contains("Og")));
    let molecule = Structure {
        periodic: false,
        lattice: Lattice::UNIT,
        ..made(4.0, &[("O", [0.0; 3]), ("H", [0.9, 0.0, 0.0])])
    };
    let kinds: Vec<FigureKind> = failures_of(&molecule).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [FigureKind::Xrd, FigureKind::Rdf], "a molecule can be drawn and counted");
}

#[test]
fn a_hundred_thousand_sites_are_refused_where_they_are_too_many() {
    let mut sites = Vec::new();
    for index in 0..100_000_u32 {
        let (x, y, z) = (index % 50, index / 50 % 50, index / 2500);
        sites.push(("Ar", [f64::from(x) / 50.0, f64::from(y) / 50.0, f64::from(z) / 40.0]));
    }
    let mut structure = made(180.0, &sites[..1]);
    structure.sites = sites
        .iter()
        .map(|(_, frac)| Site {
            asymmetric: 0,
            frac: DVec3::from_array(*frac),
            displacement: Displacement::Unknown,
        })
        .collect();
    let failures = failures_of(&structure);
    let of = |kind| failures.iter().find(|(failed, _)| *failed == kind).map(|(_, failure)| failure);
    assert_eq!(of(FigureKind::Structure).unwrap().stage, Stage::Draw);
    assert_eq!(of(FigureKind::Xrd).unwrap().stage, Stage::Analysis);
    assert!(of(FigureKind::Xrd).unwrap().message.contains("100000"), "{failures:?}");
}

#[test]
fn a_remark_stands_in_every_plot_and_is_not_forgotten_by_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let (maker, _) = cached_maker(folder.path());
    let plain = FigureSettings::default();
    let marked = FigureSettings { remark: "strained +5.0 %".into(), ..FigureSettings::default() };
    let structure = sample("nacl.cif");
    for kind in [FigureKind::Xrd, FigureKind::Rdf, FigureKind::Coordination] {
        let svg = |settings| {
            let made = maker.make(&structure, kind, &[FileFormat::Svg], settings).unwrap();
            String::from_utf8(made[0].bytes.clone()).unwrap()
        };
        assert!(!svg(&plain).contains("strained"));
        assert!(svg(&marked).contains("strained +5.0 %"), "{kind:?}");
    }
}

#[test]
fn a_figure_of_some_of_the_pairs_says_so() {
    let maker = FigureMaker::new(None, 1);
    let svg = |name| maker.svg(&sample(name), FigureKind::Rdf, &FigureSettings::default()).unwrap();
    assert!(svg("lifepo4.cif").contains("6 of 10 pairs"));
    assert!(!svg("nacl.cif").contains("pairs<"));
}

#[test]
fn sizes_out_of_bounds_are_refused() {
    let maker = FigureMaker::new(None, 1);
    for width_mm in [0.0, -5.0, 1e9, f64::NAN] {
        let settings = FigureSettings { width_mm, ..FigureSettings::default() };
        let failure =
            maker.make(&sample("copper.cif"), FigureKind::Xrd, &[FileFormat::Svg], &settings).unwrap_err();
        assert_eq!(failure.stage, Stage::Draw, "{failure}");
    }
}

#[test]
fn a_picture_takes_the_place_of_the_drawing_on_request() {
    let mut settings = FigureSettings::default();
    settings.structure.picture_dpi = Some(80.0);
    let maker = FigureMaker::new(None, 1);
    let made = maker.make(&sample("nacl.cif"), FigureKind::Structure, &[FileFormat::Svg], &settings).unwrap();
    let svg = String::from_utf8(made[0].bytes.clone()).unwrap();
    assert!(svg.contains("<image") && svg.contains(">Na<"), "letters stay letters");
}

fn batch(files: &[PathBuf], out: &Path) -> Batch {
    Batch {
        files: files.to_vec(),
        kinds: FigureKind::ALL.to_vec(),
        formats: vec![FileFormat::Svg, FileFormat::Pdf],
        out: out.to_owned(),
        settings: FigureSettings::default(),
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_batch_fails_file_by_file_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let flat = folder.path().join("flat.cif");
    std::fs::write(&flat, "data_f\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_cell_angle_alpha 10\n_cell_angle_beta 90\n_cell_angle_gamma 140\n").unwrap();
    let nan = folder.path().join("nan.vasp");
    std::fs::write(&nan, "x\n1.0\n4 0 0\n0 4 0\n0 0 4\nNa\n1\nDirect\nnan 0 0\n").unwrap();
    let files = [
        sample_path("nacl.cif"),
        flat.clone(),
        nan.clone(),
        sample_path("urea.cif"),
        folder.path().join("missing.cif"),
    ];
    let out = folder.path().join("figures/of all");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let maker = FigureMaker::new(None, 2);
    let outcomes = batch(&files, &out)
        .run(&Jobs::default(), &maker, 2, move |done| told.lock().unwrap().push(done))
        .unwrap();
    assert_eq!(seen.lock().unwrap().len(), 20, "every piece of work is told");
    assert!(maker.pool().stats().peak <= 2);
    let failed: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Failed { file, error, .. } => Some((file.clone(), error.stage)),
            Outcome::Written { .. } => None,
        })
        .collect();
    assert_eq!(failed.len(), 12, "{failed:?}");
    assert!(failed.iter().all(|(_, stage)| *stage == Stage::Read));
    let expected: BTreeSet<String> = ["nacl", "urea"]
        .iter()
        .flat_map(|stem| FigureKind::ALL.map(|kind| (stem, kind)))
        .flat_map(|(stem, kind)| ["svg", "pdf"].map(|ending| format!("{stem}-{}.{ending}", kind.name())))
        .collect();
    assert_eq!(names(&out), expected, "no file of a figure that failed, and no remains");
    for outcome in &outcomes {
        if let Outcome::Written { path, bytes, .. } = outcome {
            assert_eq!(std::fs::metadata(path).unwrap().len(), *bytes);
        }
    }
    let order: Vec<&Path> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Written { file, .. } | Outcome::Failed { file, .. } => file.as_path(),
        })
        .collect();
    assert!(order.windows(2).all(|pair| {
        let place = |path: &Path| files.iter().position(|file| file == path);
        place(pair[0]) <= place(pair[1])
    }));
}

#[test]
fn files_of_one_name_get_figures_of_two() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("a"), folder.path().join("b"));
    std::fs::create_dir_all(&one).unwrap();
    std::fs::create_dir_all(&other).unwrap();
    std::fs::copy(sample_path("nacl.cif"), one.join("same.cif")).unwrap();
    std::fs::copy(sample_path("silicon.cif"), other.join("Same.cif")).unwrap();
    let out = folder.path().join("out");
    let files =
        [one.join("same.cif"), other.join("Same.cif"), one.join("../a/same.cif"), sample_path("copper.cif")];
    let request =
        Batch { kinds: vec![FigureKind::Xrd], formats: vec![FileFormat::Svg], ..batch(&files, &out) };
    let outcomes = request.run(&Jobs::default(), &FigureMaker::new(None, 1), 1, |_| ()).unwrap();
    assert_eq!(outcomes.len(), 3, "a file that is named twice counts once");
    let names = names(&out);
    assert!(names.contains("copper-xrd.svg"), "{names:?}");
    let hashed: Vec<_> = names.iter().filter(|name| name.to_lowercase().starts_with("same-")).collect();
    assert_eq!(hashed.len(), 2);
    assert!(hashed.iter().all(|name| name.len() == "same-12345678-xrd.svg".len()), "{hashed:?}");
}

#[test]
fn structures_of_one_file_get_figures_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("frames.xyz");
    std::fs::write(&path, "2\nfirst\nO 0 0 0\nH 0.9 0 0\n2\nsecond\nO 0 0 0\nH 1.1 0 0\n2\nbroken\nO 0 0\n")
        .unwrap();
    let out = folder.path().join("out");
    let request = Batch {
        kinds: vec![FigureKind::Coordination],
        formats: vec![FileFormat::Svg],
        ..batch(&[path], &out)
    };
    let outcomes = request.run(&Jobs::default(), &FigureMaker::new(None, 1), 1, |_| ()).unwrap();
    let names = names(&out);
    assert_eq!(names.len(), 2, "{outcomes:?}");
    let starts: Vec<&str> = names.iter().filter_map(|name| name.get(.."frames-1-".len())).collect();
    assert_eq!(starts, ["frames-1-", "frames-2-"], "frames stand in order");
    assert!(matches!(outcomes[0], Outcome::Failed { .. }), "the broken frame is told");
}

#[test]
fn an_interrupted_batch_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let files = [sample_path("nacl.cif"), sample_path("urea.cif")];
    let (maker, _) = cached_maker(&folder.path().join("cache"));
    let half = Batch { files: files[..1].to_vec(), ..batch(&files, &folder.path().join("one")) };
    half.run(&Jobs::default(), &maker, 1, |_| ()).unwrap();
    let outcomes =
        batch(&files, &folder.path().join("two")).run(&Jobs::default(), &maker, 1, |_| ()).unwrap();
    let cached =
        outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Written { cached: true, .. })).count();
    assert_eq!((outcomes.len(), cached), (16, 8));
}

#[test]
fn a_report_has_its_pages_and_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let molecule = folder.path().join(
        "water with a name that is far too long for its line of the contents and must be shortened.xyz",
    );
    std::fs::write(&molecule, "3\nwater\nO 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0\n").unwrap();
    let mut structures = Vec::new();
    for path in [sample_path("nacl.cif"), sample_path("lifepo4.cif"), molecule] {
        structures.extend(load_path(&path, DEFAULT_TOLERANCE_ANGSTROM).unwrap().structures);
    }
    let maker = FigureMaker::new(None, 1);
    let settings = FigureSettings::default();
    let made = report(&structures, &maker, &settings, &mut |_| true).unwrap().unwrap();
    assert_eq!(made.pages, 5, "contents, gallery, three structures");
    let kinds: Vec<FigureKind> = made.missing.iter().map(|(_, kind, _)| *kind).collect();
    assert_eq!(kinds, [FigureKind::Xrd, FigureKind::Rdf]);
    let document = lopdf::Document::load_mem(&made.pdf).unwrap();
    assert_eq!(document.get_pages().len(), 5);
    let text = |page: u32| document.extract_text(&[page]).unwrap().split_whitespace().collect::<String>();
    assert!(text(1).contains("Contents") && text(1).contains("Pnma"), "{}", text(1));
    assert!(text(4).contains("10.3320"), "{}", text(4));
    assert!(text(5).contains("notperiodic"), "{}", text(5));
    let stopped = report(&structures, &maker, &settings, &mut |done| done < 1).unwrap();
    assert!(stopped.is_none());
    assert_eq!(made.pdf, report(&structures, &maker, &settings, &mut |_| true).unwrap().unwrap().pdf);
}
