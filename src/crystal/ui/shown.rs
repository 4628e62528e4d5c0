//! A structure in the window: what it is, how it is seen, what of it is lit up.

use std::sync::Arc;

use super::{
    CrystalSettings,
    link::{Decorated, Link, LinkColors, decorate},
    picture_palette,
};
use crate::{
    crystal::{
        bonds::Bond,
        figures::scene_of,
        loaded::{Loaded, Source},
        render::{Palette, Picture},
        scene::{Camera, Scene, SceneStyle, StandardView},
        structure::Structure,
    },
    jobs::{Jobs, LatestWorker},
    ui::{Mode, Theme},
};

/// How much longer each cell vector is, in percent.
pub(super) type Strain = [f64; 3];

/// A scene for more atoms than this is not built while a frame waits.
const MAX_SITES_AT_ONCE: usize = 20_000;

/// A scene and what it was built with.
#[derive(Clone)]
pub(super) struct Built {
    /// The structure as it is shown, strained or not.
    pub structure: Arc<Structure>,
    pub scene: Arc<Scene>,
    pub style: SceneStyle,
    pub mode: Mode,
    pub strain: Strain,
}

impl Built {
    pub(super) fn new(loaded: &Loaded, style: SceneStyle, mode: Mode, strain: Strain) -> Self {
        Self::from_parts(&loaded.structure, &loaded.bonds, style, mode, strain)
    }

    fn from_parts(
        structure: &Arc<Structure>,
        bonds: &[Bond],
        style: SceneStyle,
        mode: Mode,
        strain: Strain,
    ) -> Self {
        let structure = strained(structure, strain);
        let cell = Theme::get().palette(mode).cell_edges.0;
        let scene = Arc::new(scene_of(&structure, bonds, &style, cell));
        Self { structure, scene, style, mode, strain }
    }

    fn is_with(&self, style: &SceneStyle, mode: Mode, strain: Strain) -> bool {
        self.style == *style && self.mode == mode && self.strain == strain
    }
}

/// The structure with longer or shorter cell vectors and the same fractional coordinates; itself without strain.
pub(super) fn strained(structure: &Arc<Structure>, strain: Strain) -> Arc<Structure> {
    if strain == [0.0; 3] || !structure.periodic {
        return Arc::clone(structure);
    }
    let [a, b, c] = structure.lattice.vectors();
    let [ea, eb, ec] = strain.map(|percent| 1.0 + 0.01 * percent);
    match crate::crystal::lattice::Lattice::from_vectors([a * ea, b * eb, c * ec]) {
        Ok(lattice) => Arc::new(Structure { lattice, ..structure.as_ref().clone() }),
        Err(_) => Arc::clone(structure),
    }
}

/// What a link looks like.
#[derive(Clone)]
struct Decoration {
    link: Link,
    /// The scene that was decorated.
    base: Arc<Scene>,
    /// The picture and what it shows; or why there is none.
    made: Result<(Arc<Scene>, String), String>,
}

/// A structure in the window, with the camera that looks at it.
pub(super) struct Shown {
    pub loaded: Loaded,
    pub built: Built,
    pub camera: Camera,
    /// Index into the scene's atoms.
    pub selected: Option<u32>,
    /// How it is to be strained.
    pub strain: Strain,
    pub link: Option<Link>,
    decoration: Option<Decoration>,
}

impl Shown {
    pub(super) fn new(loaded: Loaded, built: Built, settings: &CrystalSettings) -> Self {
        let camera = Camera::new(
            built.scene.bounds,
            &loaded.structure.lattice,
            StandardView::Iso,
            settings.projection,
        );
        Self { loaded, built, camera, selected: None, strain: [0.0; 3], link: None, decoration: None }
    }

    /// The structure as it is shown.
    pub(super) fn structure(&self) -> &Arc<Structure> {
        &self.built.structure
    }

    /// The plain scene.
    pub(super) fn scene(&self) -> &Arc<Scene> {
        &self.built.scene
    }

    /// The scene that is drawn: with what a link lights up, as soon as that is there.
    pub(super) fn drawn(&self) -> &Arc<Scene> {
        let decorated = self.decoration.as_ref().filter(|decoration| {
            self.link.as_ref() == Some(&decoration.link)
                && decoration.base.atoms.len() == self.built.scene.atoms.len()
        });
        match decorated.map(|decoration| &decoration.made) {
            Some(Ok((scene, _))) => scene,
            _ => &self.built.scene,
        }
    }

    /// What the link shows, or why it shows nothing.
    pub(super) fn link_note(&self) -> Option<Result<&str, &str>> {
        let decoration = self.decoration.as_ref()?;
        Some(match &decoration.made {
            Ok((_, note)) => Ok(note.as_str()),
            Err(error) => Err(error.as_str()),
        })
    }

    /// The site of the selected atom.
    pub(super) fn selected_site(&self) -> Option<u32> {
        let atom = self.selected.and_then(|id| self.built.scene.atoms.get(id as usize));
        atom.map(|atom| atom.site)
    }

    /// Selects the first drawn atom of a site.
    pub(super) fn select_site(&mut self, site: Option<u32>) {
        self.selected = site.and_then(|site| {
            let found = self.built.scene.atoms.iter().position(|atom| atom.site == site);
            found.map(|index| index as u32)
        });
    }

    pub(super) fn is_of_file_of(&self, other: &Self) -> bool {
        matches!((&self.loaded.source, &other.loaded.source), (Source::File(a), Source::File(b)) if a == b)
    }

    /// Looks as another frame of the same file did.
    pub(super) fn take_view_of(&mut self, other: &View) {
        self.camera = other.camera.clone();
        self.link.clone_from(&other.link);
        let is_same = other.atoms == self.built.scene.atoms.len();
        self.selected = other.selected.filter(|_| is_same);
        if is_same {
            self.decoration.clone_from(&other.decoration);
        }
    }

    pub(super) fn view(&self) -> View {
        View {
            camera: self.camera.clone(),
            link: self.link.clone(),
            selected: self.selected,
            atoms: self.built.scene.atoms.len(),
            decoration: self.decoration.clone(),
        }
    }

    fn take(&mut self, built: Built) {
        // Another colour of the edges leaves the atoms as they are.
        if self.built.style != built.style {
            self.selected = None;
            self.camera.set_bounds(built.scene.bounds);
        } else if self.built.strain != built.strain {
            self.camera.follow(built.scene.bounds);
        }
        self.built = built;
    }

    pub(super) fn picture(&self, size: (u32, u32), palette: Palette, show_axes: bool) -> Picture {
        Picture::new(self.structure(), Arc::clone(self.drawn()), &self.camera, size, palette, show_axes)
            .with_selection(self.selected)
    }

    /// The scene as it is drawn, with the colours of another mode. Takes as long as building it.
    pub(super) fn scene_in(&self, style: SceneStyle, mode: Mode) -> impl FnOnce() -> Arc<Scene> + use<> {
        let (loaded, strain, link) = (self.loaded.clone(), self.strain, self.link.clone());
        move || {
            let built = Built::new(&loaded, style, mode, strain);
            let decorated =
                link.and_then(|link| decorate(&built.scene, &built.structure, &link, &colors(mode)).ok());
            decorated.map_or(built.scene, |Decorated { scene, .. }| Arc::new(scene))
        }
    }
}

/// How a frame was looked at.
pub(super) struct View {
    camera: Camera,
    link: Option<Link>,
    selected: Option<u32>,
    atoms: usize,
    decoration: Option<Decoration>,
}

fn colors(mode: Mode) -> LinkColors {
    let palette = picture_palette(mode);
    LinkColors {
        background: palette.background,
        highlight: palette.highlight,
        phases: Theme::get().phases.iter().map(|color| color.0).collect(),
    }
}

/// What a scene is to be made of.
#[derive(Clone)]
struct Wanted {
    structure: Arc<Structure>,
    bonds: Arc<Vec<Bond>>,
    style: SceneStyle,
    mode: Mode,
    strain: Strain,
    link: Option<Link>,
    /// The plain scene, where it is there already.
    built: Option<Built>,
}

impl Wanted {
    fn is(&self, other: &Self) -> bool {
        let same_base = match (&self.built, &other.built) {
            (Some(a), Some(b)) => Arc::ptr_eq(&a.scene, &b.scene),
            (None, None) => true,
            _ => false,
        };
        same_base
            && Arc::ptr_eq(&self.structure, &other.structure)
            && (self.style, self.mode, self.strain) == (other.style, other.mode, other.strain)
            && self.link == other.link
    }

    fn make(self) -> Made {
        let built = self.built.clone().unwrap_or_else(|| {
            Built::from_parts(&self.structure, &self.bonds, self.style, self.mode, self.strain)
        });
        let decoration = self.link.map(|link| {
            let made = decorate(&built.scene, &built.structure, &link, &colors(built.mode))
                .map(|Decorated { scene, note }| (Arc::new(scene), note));
            Decoration { link, base: Arc::clone(&built.scene), made }
        });
        Made { structure: self.structure, built, decoration }
    }
}

/// A finished scene, and which structure it is of.
struct Made {
    structure: Arc<Structure>,
    built: Built,
    decoration: Option<Decoration>,
}

/// Builds scenes beside the window.
#[derive(Default)]
pub(super) struct Scenes {
    worker: Option<LatestWorker<Wanted, Made>>,
    asked: Option<Wanted>,
}

impl Scenes {
    pub(super) fn is_busy(&self) -> bool {
        self.worker.as_ref().is_some_and(LatestWorker::is_busy)
    }

    /// Takes what has arrived.
    pub(super) fn poll(&mut self, all: &mut [Shown]) {
        let Some(result) = self.worker.as_ref().and_then(LatestWorker::take) else { return };
        match result {
            Ok(made) => {
                let of = all.iter_mut().find(|s| Arc::ptr_eq(&s.loaded.structure, &made.structure));
                let Some(shown) = of else { return };
                if !Arc::ptr_eq(&shown.built.scene, &made.built.scene)
                    && shown.loaded.structure.sites.len() > MAX_SITES_AT_ONCE
                {
                    shown.take(made.built);
                }
                if let Some(decoration) = made.decoration {
                    shown.decoration = Some(decoration);
                }
            }
            Err(error) => log::warn!("the scene was not built: {error}"),
        }
    }

    /// Brings what is shown up to date: small structures at once, large ones and links a little later.
    pub(super) fn refresh(&mut self, shown: &mut Shown, style: SceneStyle, mode: Mode, jobs: &Jobs) {
        let is_small = shown.loaded.structure.sites.len() <= MAX_SITES_AT_ONCE;
        if is_small && !shown.built.is_with(&style, mode, shown.strain) {
            let built = Built::new(&shown.loaded, style, mode, shown.strain);
            shown.take(built);
        }
        if shown.link.is_none() {
            shown.decoration = None;
        }
        let is_built = shown.built.is_with(&style, mode, shown.strain);
        let is_decorated = shown.link.as_ref().is_none_or(|link| {
            shown.decoration.as_ref().is_some_and(|decoration| {
                decoration.link == *link && Arc::ptr_eq(&decoration.base, &shown.built.scene)
            })
        });
        if is_built && is_decorated {
            return;
        }
        let wanted = Wanted {
            structure: Arc::clone(&shown.loaded.structure),
            bonds: Arc::clone(&shown.loaded.bonds),
            style,
            mode,
            strain: shown.strain,
            link: shown.link.clone(),
            built: is_built.then(|| shown.built.clone()),
        };
        if self.asked.as_ref().is_some_and(|asked| asked.is(&wanted)) && self.is_busy() {
            return;
        }
        if self.worker.is_none() {
            let make = |wanted: Wanted, _: &crate::jobs::Newer<'_>| Some(wanted.make());
            self.worker = LatestWorker::new(jobs, "scenes", make)
                .inspect_err(|error| log::warn!("no scenes can be built: {error}"))
                .ok();
        }
        if let Some(worker) = &mut self.worker {
            worker.request(wanted.clone());
            self.asked = Some(wanted);
        }
    }
}
