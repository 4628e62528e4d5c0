//! `vitrine bench crystal-io`: how fast CIF text becomes tables, structures and neighbours, on one core.
//!
//! The text is made here and looks like a dump of a crystal database: thousands of small blocks with their
//! bibliography, symmetry operations and atoms, then one block with a long atom loop.

use std::{fmt::Write as _, hint::black_box, time::Instant};

use anyhow::Context as _;
use glam::DVec3;
use serde::Serialize;

use crate::crystal::{
    element::Element,
    io::{Format, cif::Document, parse},
    lattice::{CellParameters, Lattice},
    neighbours::NeighbourList,
    structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
};

/// Best of this many runs: the machine's other work only ever adds time.
const RUNS: usize = 5;
const TEXT_BYTES: usize = 50_000_000;
/// Part of the text that is the long atom loop.
const LOOP_BYTES: usize = 15_000_000;
/// The lower end of what gemmi's documentation states for its tokenizer.
const GEMMI_MB_PER_S: f64 = 150.0;
/// What matterviz states for 1792 sites, on an Apple M3 Max.
const MATTERVIZ_MS: f64 = 4.6;
const TARGET_MS: f64 = 1.0;

/// The numbers, as `--json` prints them.
#[derive(Serialize)]
struct Report {
    text_mb: f64,
    values: usize,
    parse_mb_per_s: f64,
    parse_ratio_to_150_mb_per_s: f64,
    structures: usize,
    sites: usize,
    read_mb_per_s: f64,
    neighbours: Vec<NeighbourTime>,
}

#[derive(Serialize)]
struct NeighbourTime {
    sites: usize,
    cutoff_angstrom: f64,
    neighbours: usize,
    milliseconds: f64,
    ratio_to_1_ms: f64,
    /// matterviz measured on another machine and does not say within which distance.
    ratio_to_matterviz_4_6_ms: f64,
}

/// Measures and prints, as a table or as JSON.
///
/// # Errors
/// When the made text is not understood, which would be a fault of the reader.
pub fn run(json: bool) -> anyhow::Result<()> {
    let report = measure()?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print_table(&report);
    }
    Ok(())
}

fn measure() -> anyhow::Result<Report> {
    let text = database_text();
    let text_mb = text.len() as f64 / 1e6;
    let values = Document::parse(&text).context("the made CIF text")?.value_count();
    let parse_secs =
        best_secs(RUNS, || Document::parse(black_box(&text)).map(|document| document.value_count()));
    let file = parse(text.as_bytes(), Format::Cif, "bench").context("the made CIF text")?;
    let read_secs = best_secs(2, || parse(black_box(text.as_bytes()), Format::Cif, "bench"));
    let crystal = rock_salt([8, 4, 7])?;
    let neighbours = [3.5, 5.0].map(|cutoff| neighbour_time(&crystal, cutoff));
    Ok(Report {
        text_mb,
        values,
        parse_mb_per_s: text_mb / parse_secs,
        parse_ratio_to_150_mb_per_s: text_mb / parse_secs / GEMMI_MB_PER_S,
        structures: file.structures.len(),
        sites: file.structures.iter().map(|structure| structure.sites.len()).sum(),
        read_mb_per_s: text_mb / read_secs,
        neighbours: neighbours.into_iter().collect::<Result<_, _>>()?,
    })
}

fn neighbour_time(structure: &Structure, cutoff_angstrom: f64) -> anyhow::Result<NeighbourTime> {
    let neighbours = NeighbourList::new(structure, cutoff_angstrom)?.neighbour_count();
    let secs = best_secs(50, || NeighbourList::new(black_box(structure), cutoff_angstrom));
    Ok(NeighbourTime {
        sites: structure.sites.len(),
        cutoff_angstrom,
        neighbours,
        milliseconds: secs * 1e3,
        ratio_to_1_ms: secs * 1e3 / TARGET_MS,
        ratio_to_matterviz_4_6_ms: secs * 1e3 / MATTERVIZ_MS,
    })
}

fn best_secs<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let once = |_| {
        let start = Instant::now();
        let result = black_box(work());
        let elapsed_secs = start.elapsed().as_secs_f64();
        // Freeing the result is not part of the work.
        drop(result);
        elapsed_secs
    };
    (0..runs).map(once).fold(f64::INFINITY, f64::min)
}

fn print_table(report: &Report) {
    let Report { text_mb, values, parse_mb_per_s, parse_ratio_to_150_mb_per_s, structures, sites, .. } =
        report;
    println!("crystal-io, one core, best of several runs");
    println!("  CIF text            {text_mb:>8.1} MB, {values} values");
    println!(
        "  text to tables      {parse_mb_per_s:>8.0} MB/s   {parse_ratio_to_150_mb_per_s:.2} × the 150 MB/s stated for gemmi"
    );
    println!(
        "  text to structures  {:>8.0} MB/s   {structures} structures, {sites} sites",
        report.read_mb_per_s
    );
    for time in &report.neighbours {
        println!(
            "  neighbours          {:>8.3} ms     {} sites within {} Å: {:.2} × 1 ms, {:.2} × the 4.6 ms stated for \
             matterviz (another machine, distance not stated)",
            time.milliseconds,
            time.sites,
            time.cutoff_angstrom,
            time.ratio_to_1_ms,
            time.ratio_to_matterviz_4_6_ms
        );
    }
}

/// Blocks of a database up to [`TEXT_BYTES`], the last one with a long loop.
fn database_text() -> String {
    let mut text = String::with_capacity(TEXT_BYTES + 4096);
    let mut number = 0;
    while text.len() < TEXT_BYTES - LOOP_BYTES {
        number += 1;
        push_block(&mut text, number);
    }
    push_long_block(&mut text);
    text
}

/// An orthorhombic structure as databases write them. Writing to a string cannot fail.
fn push_block(text: &mut String, number: usize) {
    let digits = |salt: usize| (number * 7919 + salt * 104_729) % 100_000;
    let _ = write!(
        text,
        "#------------------------------------------------------------------------------\n\
         # One of many structures of the same kind\n\
         data_{number}\n\
         loop_\n_publ_author_name\n'Author, A. B.'\n'Writer, C.'\n\
         _publ_section_title\n;\n Crystal structure of compound {number}, refined once more\n;\n\
         _journal_name_full 'Journal of Structures'\n_journal_year 1993\n_journal_page_first {number}\n\
         _chemical_formula_sum 'Fe Li O4 P'\n_chemical_name_systematic ?\n\
         _space_group_IT_number 62\n_space_group_name_H-M_alt 'P n m a'\n\
         _space_group_name_Hall '-P 2ac 2n'\n\
         _cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n_cell_formula_units_Z 4\n\
         _cell_length_a 10.33{:03}(4)\n_cell_length_b 6.01{:03}(5)\n_cell_length_c 4.69{:03}(2)\n\
         loop_\n_space_group_symop_operation_xyz\n\
         x,y,z\n-x+1/2,-y,z+1/2\n-x,y+1/2,-z\nx+1/2,-y+1/2,-z+1/2\n\
         -x,-y,-z\nx+1/2,y,-z+1/2\nx,-y+1/2,z\n-x+1/2,y+1/2,z+1/2\n\
         loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n\
         _atom_site_fract_z\n_atom_site_U_iso_or_equiv\n_atom_site_occupancy\n",
        digits(1) % 1000,
        digits(2) % 1000,
        digits(3) % 1000,
    );
    for (label, symbol, y) in [("Li1", "Li1+", "0"), ("Fe1", "Fe2+", "0.25"), ("P1", "P5+", "0.25")] {
        let salt = label.len() + y.len() + usize::from(symbol.as_bytes().first().copied().unwrap_or(0));
        let (x, z) = if label == "Li1" { (0, 0) } else { (digits(salt), digits(salt + 1)) };
        let _ = writeln!(
            text,
            "{label} {symbol} 0.{x:05}(4) {y} 0.{z:05}(9) 0.00{:03}(11) 1",
            digits(salt + 2) % 1000
        );
    }
    for oxygen in 1..=3 {
        let (x, z) = (digits(oxygen * 3), digits(oxygen * 5));
        let y = if oxygen < 3 { 25_000 } else { 4646 };
        let _ = writeln!(text, "O{oxygen} O2- 0.{x:05}(14) 0.{y:05} 0.{z:05}(33) 0.0082(3) 1");
    }
    text.push('\n');
}

/// A large structure without symmetry: one loop until the text has its length.
fn push_long_block(text: &mut String) {
    text.push_str(
        "data_large\n_cell_length_a 400\n_cell_length_b 400\n_cell_length_c 400\n\
         _cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n\
         _space_group_name_H-M_alt 'P 1'\n\
         loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n\
         _atom_site_fract_z\n_atom_site_occupancy\n",
    );
    let mut number = 0_usize;
    while text.len() < TEXT_BYTES {
        // A grid that is coarse enough to keep atoms apart.
        let [x, y, z] = [number % 100, number / 100 % 100, number / 10_000].map(|step| step * 10_000);
        let symbol = ["Na", "Cl"].get(number % 2).copied().unwrap_or("Na");
        let _ = writeln!(text, "{symbol}{number} {symbol} 0.{x:06} 0.{y:06} 0.{z:06} 1.0");
        number += 1;
    }
}

/// Rock salt, so many cells along each axis.
fn rock_salt(cells: [u32; 3]) -> anyhow::Result<Structure> {
    const CELL_ANGSTROM: f64 = 5.6402;
    let halves = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]];
    let size = DVec3::from_array(cells.map(f64::from));
    let mut sites = Vec::new();
    for x in 0..cells[0] {
        for y in 0..cells[1] {
            for z in 0..cells[2] {
                for (index, half) in halves.iter().enumerate() {
                    let corner = DVec3::from_array([x, y, z].map(f64::from));
                    let frac = (corner + DVec3::from_array(half.map(f64::from)) / 2.0) / size;
                    let asymmetric = u32::from(index >= 4);
                    sites.push(Site { asymmetric, frac, displacement: Displacement::Unknown });
                }
            }
        }
    }
    let site = |symbol: &str| -> anyhow::Result<AsymmetricSite> {
        let element = Element::from_symbol(symbol).context("an element is missing from the table")?;
        let occupants = vec![Occupant { element, occupancy: 1.0, charge: None }];
        Ok(AsymmetricSite { label: symbol.to_owned(), occupants, disorder: None })
    };
    let [a, b, c] = (size * CELL_ANGSTROM).to_array();
    Ok(Structure {
        name: "rock salt".into(),
        lattice: Lattice::from_parameters(CellParameters { a, b, c, alpha: 90.0, beta: 90.0, gamma: 90.0 })?,
        periodic: true,
        asymmetric: vec![site("Na")?, site("Cl")?],
        sites,
        stated_space_group: None,
        warnings: Vec::new(),
    })
}
