//! The report: pictures, tables and figures of structures as the pages of one PDF.

use glam::DVec3;

use super::{
    FigureFailure, FigureKind, FigureMaker, FigureSettings, coordination_figure,
    page::Sheet,
    rdf_figure,
    structure::{palette, scene_of},
    xrd_figure,
};
use crate::{
    crystal::{
        analysis::coordination::Coordination,
        drawing::{self, DrawingStyle, Subject},
        formula::amount_text,
        loaded::Loaded,
        scene::{Camera, Projection, StandardView},
        structure::{AsymmetricSite, Structure},
        summary::Summary,
    },
    figure::{About, Area, FigureError, Page, draw_into, pt_from_mm, svg::Svg, text::Label, write_document},
};

/// Structures of a page of contents.
const CONTENTS_ROWS: usize = 38;
/// Structures of a page of the gallery, and the views of each.
const GALLERY_ROWS: usize = 5;
const GALLERY_VIEWS: [(StandardView, &str); 4] = [
    (StandardView::Iso, ""),
    (StandardView::A, "along a"),
    (StandardView::B, "along b"),
    (StandardView::C, "along c"),
];

/// Columns of the table of distinct sites: names, and where they begin in millimetres.
const SITE_COLUMNS: [(&str, f64); 6] =
    [("Site", 0.0), ("Species", 14.0), ("*x*", 34.0), ("*y*", 47.0), ("*z*", 60.0), ("Sites", 73.0)];

/// A finished report.
#[derive(Clone, Debug)]
pub struct Report {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Figures that it lacks: structure, kind, and why. The page says so too.
    pub missing: Vec<(String, FigureKind, FigureFailure)>,
}

/// Writes the report of structures. `progress` is told how many are done and returns whether to go on; `None` is what
/// comes back if not.
///
/// # Errors
/// When the PDF cannot be made.
pub fn report(
    structures: &[Loaded],
    maker: &FigureMaker,
    settings: &FigureSettings,
    progress: &mut dyn FnMut(usize) -> bool,
) -> Result<Option<Report>, FigureError> {
    let contents_pages = structures.len().div_ceil(CONTENTS_ROWS).max(1);
    let gallery_pages = if structures.len() > 1 { structures.len().div_ceil(GALLERY_ROWS) } else { 0 };
    let first = contents_pages + gallery_pages;
    let mut pages = contents(structures, settings, first);
    pages.extend(gallery(structures, settings, pages.len(), first));
    let mut missing = Vec::new();
    for (loaded, index) in structures.iter().zip(0..) {
        if !progress(index) {
            return Ok(None);
        }
        let mut sheet = Sheet::new(settings.theme, pages.len());
        let lacking = structure_page(&mut sheet, loaded, maker, settings);
        missing.extend(lacking.into_iter().map(|(kind, failure)| (loaded.title.clone(), kind, failure)));
        pages.push(sheet.finish(&loaded.title, Some(format!("{} · {}", loaded.formula, loaded.title))));
    }
    let about = About {
        title: match structures {
            [only] => format!("{}: crystal structure report", only.formula),
            _ => format!("Report of {} crystal structures", structures.len()),
        },
        description: "Made with Vitrine.".to_owned(),
        keywords: structures.iter().map(|loaded| loaded.summary.formula.clone()).collect(),
    };
    let pdf = write_document(&pages, &about)?;
    Ok(Some(Report { pdf, pages: pages.len(), missing }))
}

fn contents(structures: &[Loaded], settings: &FigureSettings, first: usize) -> Vec<Page> {
    let mut pages = Vec::new();
    let chunks: Vec<&[Loaded]> = structures.chunks(CONTENTS_ROWS).collect();
    for (chunk, number) in chunks.iter().zip(0..) {
        let mut sheet = Sheet::new(settings.theme, number);
        sheet.heading(if number == 0 { "Contents" } else { "Contents, continued" });
        for (loaded, index) in chunk.iter().zip(number * CONTENTS_ROWS..) {
            let group =
                loaded.summary.space_group.as_ref().map_or(String::new(), |group| group.symbol.clone());
            sheet.contents_row(&loaded.summary.formula, &group, &loaded.title, first + index);
        }
        let bookmark = (number == 0).then(|| "Contents".to_owned());
        pages.push(sheet.finish("Contents", bookmark));
    }
    pages
}

fn gallery(structures: &[Loaded], settings: &FigureSettings, before: usize, first: usize) -> Vec<Page> {
    if structures.len() < 2 {
        return Vec::new();
    }
    let mut pages = Vec::new();
    for (chunk, number) in structures.chunks(GALLERY_ROWS).zip(0..) {
        let mut sheet = Sheet::new(settings.theme, before + number);
        sheet.heading(if number == 0 { "Gallery" } else { "Gallery, continued" });
        let top = sheet.cursor();
        let height = (Sheet::bottom() - top) / GALLERY_ROWS as f64;
        let width = Sheet::width() / GALLERY_VIEWS.len() as f64;
        for (loaded, row) in chunk.iter().zip(0..) {
            let row_top = top + f64::from(row) * height;
            let title =
                Label::formula(&loaded.summary.formula).then(&Label::plain(&format!("   {}", loaded.title)));
            sheet.caption(row_top, &title);
            let page = first + number * GALLERY_ROWS + row as usize;
            for ((view, name), column) in GALLERY_VIEWS.iter().zip(0..) {
                let left = Sheet::left() + f64::from(column) * width;
                let area = Area {
                    left,
                    top: row_top + pt_from_mm(6.0),
                    right: left + width - pt_from_mm(2.0),
                    bottom: row_top + height - pt_from_mm(5.0),
                };
                if let Err(failure) = draw_structure(sheet.svg(), area, loaded, settings, *view) {
                    sheet.apology(area, &failure.message);
                }
                sheet.note_below(area, name);
            }
            let whole = Area {
                left: Sheet::left(),
                top: row_top,
                right: Sheet::left() + Sheet::width(),
                bottom: row_top + height,
            };
            sheet.link(whole, page);
        }
        let bookmark = (number == 0).then(|| "Gallery".to_owned());
        pages.push(sheet.finish("Gallery", bookmark));
    }
    pages
}

/// One structure; returns what could not be drawn.
fn structure_page(
    sheet: &mut Sheet,
    loaded: &Loaded,
    maker: &FigureMaker,
    settings: &FigureSettings,
) -> Vec<(FigureKind, FigureFailure)> {
    let mut missing = Vec::new();
    sheet.title(&Label::formula(&loaded.summary.formula), &loaded.title);
    let top = sheet.cursor();
    let middle = Sheet::left() + 0.5 * Sheet::width();
    let right = Sheet::left() + Sheet::width();
    let picture =
        Area { left: Sheet::left(), top, right: middle - pt_from_mm(2.0), bottom: top + pt_from_mm(76.0) };
    if let Err(failure) = draw_structure(sheet.svg(), picture, loaded, settings, settings.structure.view) {
        sheet.apology(picture, &failure.message);
        missing.push((FigureKind::Structure, failure));
    }
    let below = sheet.table(middle + pt_from_mm(3.0), top, &facts(&loaded.summary));
    sheet.grid(middle + pt_from_mm(3.0), below, picture.bottom, &SITE_COLUMNS, &sites(&loaded.structure));

    let gap = pt_from_mm(3.0);
    let pattern_top = picture.bottom + gap;
    let pattern =
        Area { left: Sheet::left(), top: pattern_top, right, bottom: pattern_top + pt_from_mm(58.0) };
    let low_top = pattern.bottom + gap;
    let low_bottom = low_top + pt_from_mm(80.0);
    let distribution = Area { left: Sheet::left(), top: low_top, right: middle - gap, bottom: low_bottom };
    let coordination = Area { left: middle + gap, top: low_top, right, bottom: low_bottom };
    let plain = FigureSettings { show_title: false, ..settings.clone() };
    let structure = &loaded.structure;
    let partials = maker.partials(structure);
    let analyses = [
        (
            FigureKind::Xrd,
            pattern,
            partials.pattern(&plain.xrd).and_then(|pattern| xrd_figure(structure, &pattern, &plain)),
        ),
        (
            FigureKind::Rdf,
            distribution,
            partials.distribution(&plain.rdf).map(|found| rdf_figure(structure, &found, &plain)),
        ),
        (
            FigureKind::Coordination,
            coordination,
            Coordination::new(structure, plain.coordination.method)
                .map(|found| coordination_figure(structure, &found, &plain))
                .map_err(FigureFailure::from),
        ),
    ];
    let mut notes = Vec::new();
    for (kind, area, figure) in analyses {
        match figure {
            Ok(figure) => {
                draw_into(sheet.svg(), &figure, area, settings.theme);
                if !figure.description.is_empty() {
                    notes.push(format!("{}. {}", kind.title(), figure.description));
                }
            }
            Err(failure) => {
                sheet.apology(area, &format!("{}: {}", kind.title(), failure.message));
                missing.push((kind, failure));
            }
        }
    }
    notes.extend(loaded.summary.warnings.iter().map(|warning| format!("Note of the reader: {warning}.")));
    sheet.notes(low_bottom + gap, &notes);
    missing
}

fn draw_structure(
    svg: &mut Svg,
    area: Area,
    loaded: &Loaded,
    settings: &FigureSettings,
    view: StandardView,
) -> Result<(), FigureFailure> {
    let wanted = &settings.structure;
    let palette = palette(settings.theme);
    let structure = &loaded.structure;
    if structure.sites.len() > drawing::MAX_SHAPES {
        return Err(drawing::DrawingError::TooMany { shapes: structure.sites.len() }.into());
    }
    let scene = scene_of(structure, &loaded.bonds, &wanted.scene, palette.cell);
    let mut camera = Camera::new(scene.bounds, &structure.lattice, view, Projection::Orthographic);
    let aspect = (area.width() / area.height()) as f32;
    camera.fit_tightly(&scene, aspect, crate::crystal::render::TRIAD_SIDE);
    let frame = camera.frame(aspect);
    let subject = Subject { scene: &scene, frame: &frame, structure, palette };
    let place = drawing::Area { x: area.left, y: area.top, width: area.width(), height: area.height() };
    let style = DrawingStyle { show_legend: view == wanted.view, ..wanted.drawing };
    drawing::draw(svg, place, &subject, &style)?;
    Ok(())
}

/// The table of a structure.
fn facts(summary: &Summary) -> Vec<(&'static str, Label)> {
    let plain = |text: String| Label::plain(&text);
    let mut rows = vec![
        ("Formula", Label::formula(&summary.formula)),
        ("Sites", plain(format!("{} ({} distinct)", summary.sites, summary.asymmetric_sites))),
    ];
    if let Some(group) = &summary.space_group {
        rows.push(("Space group", plain(format!("{} (No. {})", group.symbol, group.number))));
    }
    if let Some(cell) = &summary.cell {
        let p = &cell.parameters;
        rows.push(("*a*, *b*, *c*", plain(format!("{:.4}, {:.4}, {:.4} Å", p.a, p.b, p.c))));
        rows.push(("*α*, *β*, *γ*", plain(format!("{:.3}, {:.3}, {:.3}°", p.alpha, p.beta, p.gamma))));
        rows.push(("Volume", Label::parse(&format!("{:.3} Å^{{3}}", cell.volume))));
    }
    if let Some(density) = summary.density_g_cm3 {
        rows.push(("Density", Label::parse(&format!("{density:.4} g cm^{{−3}}"))));
    }
    rows.push(("Format", plain(summary.format.clone())));
    rows
}

/// One row per distinct site: its label, what fills it, where its first image lies, how many images it has.
fn sites(structure: &Structure) -> Vec<Vec<Label>> {
    let mut images: Vec<Option<(DVec3, usize)>> = vec![None; structure.asymmetric.len()];
    for site in &structure.sites {
        if let Some(image) = images.get_mut(site.asymmetric as usize) {
            image.get_or_insert((site.frac, 0)).1 += 1;
        }
    }
    let row = |(row, image): (&AsymmetricSite, Option<(DVec3, usize)>)| {
        let (frac, count) = image?;
        let species: Vec<String> = row
            .occupants
            .iter()
            .map(|occupant| match amount_text(occupant.occupancy).as_str() {
                "1" => occupant.element.symbol().to_owned(),
                share => format!("{} {share}", occupant.element.symbol()),
            })
            .collect();
        let mut cells = vec![row.label.clone(), species.join(", ")];
        cells.extend(frac.to_array().map(|value| format!("{value:.4}")));
        cells.push(count.to_string());
        Some(cells.iter().map(|cell| Label::plain(cell)).collect())
    };
    structure.asymmetric.iter().zip(images).filter_map(row).collect()
}
