//! Making figures: from the cache where the same was made before, else with a renderer of the pool.

use std::sync::Arc;

use super::{
    FigureFailure, FigureKind, FigureSettings, Partials, canonical_bytes, coordination_figure, rdf_figure,
    structure_svg, xrd_figure,
};
use crate::{
    cache::{Cache, CacheKey},
    crystal::{
        analysis::coordination::Coordination, formula::formula, render::Renderer, structure::Structure,
    },
    figure::{About, FileFormat, RendererPool, Stage, draw, encode},
};

/// Changes when any figure of the same numbers looks different.
const DRAWING_VERSION: u32 = 1;

/// A finished figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The file.
    pub bytes: Vec<u8>,
    /// Whether it was there already.
    pub cached: bool,
}

/// Makes figures. Clones share the cache and the pool.
#[derive(Clone)]
pub struct FigureMaker {
    cache: Option<Cache>,
    pool: Arc<RendererPool>,
}

impl FigureMaker {
    /// With a cache, or without one, and up to `max_renderers` figures in the making at once.
    #[must_use]
    pub fn new(cache: Option<Cache>, max_renderers: usize) -> Self {
        Self { cache, pool: Arc::new(RendererPool::new(max_renderers)) }
    }

    /// The renderers.
    #[must_use]
    pub fn pool(&self) -> &RendererPool {
        &self.pool
    }

    /// Analyses of a structure, through the cache.
    #[must_use]
    pub fn partials<'a>(&'a self, structure: &'a Structure) -> Partials<'a> {
        let content = *blake3::hash(&canonical_bytes(structure)).as_bytes();
        Partials::new(structure, content, self.cache.as_ref())
    }

    /// A figure in several formats, in their order; the analysis and the drawing are done once.
    ///
    /// # Errors
    /// The step that failed; nothing is stored then.
    pub fn make(
        &self,
        structure: &Structure,
        kind: FigureKind,
        formats: &[FileFormat],
        settings: &FigureSettings,
    ) -> Result<Vec<Made>, FigureFailure> {
        let content = *blake3::hash(&canonical_bytes(structure)).as_bytes();
        let mut svg: Option<String> = None;
        let about = about(structure, kind);
        let mut all = Vec::with_capacity(formats.len());
        for &format in formats {
            let key = figure_key(&content, kind, format, settings)?;
            if let Some(bytes) = self.known(&key) {
                all.push(Made { bytes, cached: true });
                continue;
            }
            let bytes = self.pool.draw(|| {
                let drawing = match svg.take() {
                    Some(drawing) => drawing,
                    None => drawing(
                        structure,
                        kind,
                        settings,
                        &Partials::new(structure, content, self.cache.as_ref()),
                    )?,
                };
                let bytes = encode(&drawing, format, settings.dpi, &about)?;
                svg = Some(drawing);
                Ok::<_, FigureFailure>(bytes)
            })?;
            // A full disk costs time at the next run, not this figure.
            if let Some(Err(error)) = self.cache.as_ref().map(|cache| cache.put(&key, &bytes)) {
                log::debug!("{error}");
            }
            all.push(Made { bytes, cached: false });
        }
        Ok(all)
    }

    /// The drawing of a figure as SVG, made anew.
    ///
    /// # Errors
    /// The step that failed.
    pub fn svg(
        &self,
        structure: &Structure,
        kind: FigureKind,
        settings: &FigureSettings,
    ) -> Result<String, FigureFailure> {
        self.pool.draw(|| drawing(structure, kind, settings, &self.partials(structure)))
    }

    fn known(&self, key: &CacheKey) -> Option<Vec<u8>> {
        self.cache.as_ref()?.get(key).unwrap_or_else(|error| {
            log::debug!("{error}");
            None
        })
    }
}

/// What a figure's file says about itself.
#[must_use]
pub fn about(structure: &Structure, kind: FigureKind) -> About {
    let formula = formula(structure);
    About {
        title: format!("{}: {formula}", kind.title()),
        description: String::new(),
        keywords: vec![formula, kind.title().to_lowercase()],
    }
}

/// The settings that a kind of figure looks at, and nothing else: another wavelength must not redraw the structure.
fn figure_key(
    content: &[u8; 32],
    kind: FigureKind,
    format: FileFormat,
    settings: &FigureSettings,
) -> Result<CacheKey, FigureFailure> {
    let size = settings.size(kind)?;
    let dpi = (format == FileFormat::Png).then_some(settings.dpi);
    let common = (
        kind,
        format,
        size.width_mm,
        size.height_mm,
        settings.theme,
        dpi,
        settings.show_title,
        &settings.remark,
    );
    let key = CacheKey::new("crystal figure", DRAWING_VERSION)
        .content_hash(content)
        .parameter_bytes(env!("CARGO_PKG_VERSION").as_bytes())
        .parameters(&common);
    let key = key.and_then(|key| match kind {
        FigureKind::Structure => key.parameters(&settings.structure),
        FigureKind::Xrd => key.parameters(&settings.xrd),
        FigureKind::Rdf => key.parameters(&settings.rdf),
        FigureKind::Coordination => key.parameters(&settings.coordination),
    });
    Ok(key.map_err(|error| FigureFailure::new(Stage::Draw, error))?.finish())
}

fn drawing(
    structure: &Structure,
    kind: FigureKind,
    settings: &FigureSettings,
    partials: &Partials<'_>,
) -> Result<String, FigureFailure> {
    let size = settings.size(kind)?;
    let figure = match kind {
        FigureKind::Structure => return structure_svg(structure, settings, size, Renderer::Raycast),
        FigureKind::Xrd => xrd_figure(structure, &partials.pattern(&settings.xrd)?, settings)?,
        FigureKind::Rdf => rdf_figure(structure, &partials.distribution(&settings.rdf)?, settings),
        FigureKind::Coordination => coordination_figure(
            structure,
            &Coordination::new(structure, settings.coordination.method)?,
            settings,
        ),
    };
    Ok(draw(&figure, size, settings.theme))
}
