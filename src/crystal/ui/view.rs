//! The picture in the window: drawn anew only when something in it changed.

use std::sync::Arc;

use eframe::{
    egui::{self, Key, PointerButton},
    egui_wgpu,
};
use glam::Vec2;

use super::{
    Shown, inspector,
    link::{self, Link},
    picture_palette,
};
use crate::{
    crystal::{
        render::{CrystalPipelines, Palette, SceneBuffers, Target, Tile},
        scene::{CameraFrame, Scene, pick},
    },
    gpu::{GpuContext, GpuError, Owner},
    ui::{Shell, Theme, popups, widgets},
};

/// Radians per point that the pointer moves: half a turn is a hand's breadth.
const ORBIT_PER_POINT: f32 = 0.008;
/// Radians per press of an arrow key; a twelfth of that with shift.
const ORBIT_PER_KEY: f32 = std::f32::consts::PI / 12.0;
/// Looking for the atom under the pointer costs a pass over all atoms; beyond this many only a click does it.
const HOVER_LIMIT: usize = 50_000;

/// GPU resources of the view, made when the first structure is shown.
#[derive(Default)]
pub(super) struct View {
    pipelines: Option<CrystalPipelines>,
    scene: Option<(Arc<Scene>, SceneBuffers)>,
    target: Option<(Target, egui::TextureId)>,
    drawn: Option<Drawn>,
    failed: Option<String>,
}

/// What the texture shows; the same again needs no drawing.
#[derive(Clone, Debug, PartialEq)]
struct Drawn {
    frame: CameraFrame,
    size: (u32, u32),
    palette: Palette,
    show_axes: bool,
    selected: Option<u32>,
}

impl View {
    /// Size of the last picture in pixels.
    pub(super) fn size_px(&self) -> (u32, u32) {
        self.target.as_ref().map_or((1600, 1200), |(target, _)| target.size())
    }

    /// Gives the memory of the picture back.
    pub(super) fn release(&mut self, shell: &Shell<'_>) {
        if let Some((_, texture)) = self.target.take() {
            shell.render_state.renderer.write().free_texture(&texture);
        }
        self.scene = None;
        self.drawn = None;
    }

    /// `inspector_is_shown`: otherwise the picture itself says what is selected.
    pub(super) fn ui(
        &mut self,
        ui: &mut egui::Ui,
        shown: &mut Shown,
        show_axes: bool,
        inspector_is_shown: bool,
        shell: &Shell<'_>,
    ) {
        let scale = ui.pixels_per_point();
        let rect = ui.available_rect_before_wrap();
        let (rect, response) = ui.allocate_exact_size(rect.size(), egui::Sense::click_and_drag());
        let name = format!(
            "Crystal view of {}: drag to turn, scroll to zoom, click an atom to select it",
            shown.loaded.title
        );
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
        if rect.width() < 1.0 || rect.height() < 1.0 {
            return;
        }
        steer(ui, &response, shown);

        let limit = shell.gpu.device.limits().max_texture_dimension_2d;
        let side = |points: f32| ((points * scale).round() as u32).clamp(1, limit);
        let size = (side(rect.width()), side(rect.height()));
        let frame = shown.camera.frame(size.0 as f32 / size.1 as f32);
        point(ui, &response, rect, shown, &frame);

        let wanted =
            Drawn { frame, size, palette: picture_palette(shell.mode), show_axes, selected: shown.selected };
        let is_current = self.drawn.as_ref() == Some(&wanted)
            && self.scene.as_ref().is_some_and(|(scene, _)| Arc::ptr_eq(scene, shown.drawn()));
        if !is_current {
            self.failed = self.draw(shown, &wanted, shell).err().map(|error| error.to_string());
            self.drawn = Some(wanted);
        }
        if let (Some((_, texture)), None) = (&self.target, &self.failed) {
            let uv = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            ui.painter().image(*texture, rect, uv, egui::Color32::WHITE);
        }
        if !inspector_is_shown {
            selection_line_ui(ui, rect, shown);
        }
        link_chip_ui(ui, rect, shown);
        if let Some(message) = &self.failed {
            ui.painter().text(
                rect.center(),
                egui::Align2::CENTER_CENTER,
                format!("This picture could not be drawn: {message}"),
                egui::TextStyle::Body.resolve(ui.style()),
                ui.visuals().error_fg_color,
            );
        }
    }

    fn draw(&mut self, shown: &Shown, wanted: &Drawn, shell: &Shell<'_>) -> Result<(), GpuError> {
        let gpu = shell.gpu;
        gpu.check_alive()?;
        let owner = Owner::Crystals;
        let pipelines = self.pipelines.get_or_insert_with(|| CrystalPipelines::new(gpu));
        if self.scene.as_ref().is_none_or(|(scene, _)| !Arc::ptr_eq(scene, shown.drawn())) {
            // Free the old scene before the new one is uploaded.
            self.scene = None;
            let buffers = SceneBuffers::upload(gpu, &owner, shown.drawn())?;
            self.scene = Some((Arc::clone(shown.drawn()), buffers));
        }
        if self.target.as_ref().is_none_or(|(target, _)| target.size() != wanted.size) {
            let old = self.target.take().map(|(_, texture)| texture);
            let target = pipelines.target(gpu, &owner, wanted.size.0, wanted.size.1);
            let texture = register(shell.render_state, gpu, &target, old);
            self.target = Some((target, texture));
        }
        let (Some((_, buffers)), Some((target, _))) = (&self.scene, &self.target) else { return Ok(()) };
        let picture = shown.picture(wanted.size, wanted.palette, wanted.show_axes);
        let tile = Tile { x: 0, y: 0, width: wanted.size.0, height: wanted.size.1 };
        pipelines.draw(gpu, &owner, &picture, buffers, tile, target)
    }
}

/// The selected atom in one line at the top of the picture, for windows without room for the inspector.
fn selection_line_ui(ui: &egui::Ui, rect: egui::Rect, shown: &Shown) {
    let structure = shown.structure();
    let atom = shown.selected.and_then(|id| shown.scene().atoms.get(id as usize));
    let row = atom
        .and_then(|atom| structure.sites.get(atom.site as usize))
        .and_then(|site| structure.asymmetric_of(site));
    if let (Some(atom), Some(row)) = (atom, row) {
        let place = if structure.periodic { atom.frac(structure) } else { atom.cart(structure) };
        let text = format!(
            "{}: {}  {:.4}  {:.4}  {:.4}",
            row.label,
            inspector::species(row),
            place.x,
            place.y,
            place.z
        );
        let theme = Theme::get();
        ui.painter().text(
            rect.left_top() + egui::Vec2::splat(theme.space),
            egui::Align2::LEFT_TOP,
            text,
            egui::TextStyle::Body.resolve(ui.style()),
            Theme::of(ui).text.egui(),
        );
    }
}

/// What is lit up, with a cross to end it, in the upper right corner.
fn link_chip_ui(ui: &mut egui::Ui, rect: egui::Rect, shown: &mut Shown) {
    let Some(link) = shown.link.clone() else { return };
    let theme = Theme::get();
    let corner = rect.shrink(theme.space);
    let layout = egui::Layout::right_to_left(egui::Align::Min);
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(corner).layout(layout));
    egui::Frame::popup(ui.style()).inner_margin(theme.space_small + 2.0).shadow(egui::Shadow::NONE).show(
        &mut ui,
        |ui| {
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.allocate_ui_with_layout(egui::vec2(corner.width() - 24.0, 20.0), layout, |ui| {
                if widgets::icon_button(ui, "×", "Light up nothing").clicked() {
                    shown.link = None;
                }
                if matches!(link, Link::Planes { .. }) {
                    phase_legend_ui(ui);
                }
                let (text, color) = match shown.link_note() {
                    Some(Ok(note)) => (format!("{} · {note}", link.title()), Theme::of(ui).text),
                    Some(Err(error)) => (format!("{}: {error}", link.title()), Theme::of(ui).error),
                    None => (link.title(), Theme::of(ui).text),
                };
                let text = egui::RichText::new(text).color(color.egui());
                ui.add(egui::Label::new(text).truncate().selectable(false));
            });
        },
    );
}

/// The colours of a turn.
fn phase_legend_ui(ui: &mut egui::Ui) {
    const STEPS: u8 = 48;
    let theme = Theme::get();
    let colors: Vec<_> = theme.phases.iter().map(|color| color.0).collect();
    ui.label(egui::RichText::new("2π").size(theme.text_small));
    let (rect, response) = ui.allocate_exact_size(egui::vec2(72.0, 10.0), egui::Sense::hover());
    for step in 0..STEPS {
        let share = |step: u8| f32::from(step) / f32::from(STEPS);
        let color = link::phase_color(std::f64::consts::TAU * f64::from(share(step)), &colors);
        let part = egui::Rect::from_x_y_ranges(
            // Up to the end: the next one is drawn over the rest, without a seam.
            rect.left() + share(step) * rect.width()..=rect.right(),
            rect.y_range(),
        );
        ui.painter().rect_filled(part, egui::CornerRadius::ZERO, crate::ui::theme::Color(color).egui());
    }
    response.on_hover_text("Atoms of one colour scatter in step; opposite colours (0 and π) cancel");
    ui.label(egui::RichText::new("phase 0").size(theme.text_small));
}

/// Hands a target to egui, in place of an old one where there is one.
fn register(
    render_state: &egui_wgpu::RenderState,
    gpu: &GpuContext,
    target: &Target,
    old: Option<egui::TextureId>,
) -> egui::TextureId {
    let mut renderer = render_state.renderer.write();
    let filter = wgpu::FilterMode::Nearest;
    match old {
        Some(texture) => {
            renderer.update_egui_texture_from_wgpu_texture(&gpu.device, target.color_view(), filter, texture);
            texture
        }
        None => renderer.register_native_texture(&gpu.device, target.color_view(), filter),
    }
}

/// Mouse, trackpad and keyboard move the camera.
fn steer(ui: &egui::Ui, response: &egui::Response, shown: &mut Shown) {
    let camera = &mut shown.camera;
    let modifiers = ui.input(|input| input.modifiers);
    let moved = response.drag_delta();
    let side = response.rect.size().min_elem().max(1.0);
    if moved != egui::Vec2::ZERO {
        let left = response.dragged_by(PointerButton::Primary);
        if !left || modifiers.shift {
            camera.pan(moved.x / side, -moved.y / side);
        } else if modifiers.command {
            camera.roll(-moved.x * ORBIT_PER_POINT);
        } else {
            camera.orbit(moved.x * ORBIT_PER_POINT, moved.y * ORBIT_PER_POINT);
        }
    }
    if response.hovered() {
        let (scroll, pinch, twist) = ui.input(|input| {
            let twist = input.multi_touch().map_or(0.0, |touch| touch.rotation_delta);
            (input.smooth_scroll_delta().y, input.zoom_delta(), twist)
        });
        camera.zoom(pinch * (scroll * 0.003).exp());
        if twist != 0.0 {
            camera.roll(-twist);
        }
    }
    let typing = ui.memory(|memory| memory.focused().is_some_and(|id| id != response.id));
    if !typing {
        steer_by_keys(ui, shown);
    }
}

fn steer_by_keys(ui: &egui::Ui, shown: &mut Shown) {
    let camera = &mut shown.camera;
    ui.input(|input| {
        if input.modifiers.command || input.modifiers.alt {
            return;
        }
        let step = if input.modifiers.shift { ORBIT_PER_KEY / 12.0 } else { ORBIT_PER_KEY };
        let presses = |key| input.num_presses(key) as f32;
        let right = presses(Key::ArrowRight) - presses(Key::ArrowLeft);
        let down = presses(Key::ArrowDown) - presses(Key::ArrowUp);
        if right != 0.0 || down != 0.0 {
            camera.orbit(right * step, down * step);
        }
        let turn = presses(Key::PageUp) - presses(Key::PageDown);
        if turn != 0.0 {
            camera.roll(turn * step);
        }
        let nearer = presses(Key::Plus) + presses(Key::Equals) - presses(Key::Minus);
        if nearer != 0.0 {
            camera.zoom(1.15_f32.powf(nearer));
        }
    });
}

/// Click selects, hover tells.
fn point(ui: &egui::Ui, response: &egui::Response, rect: egui::Rect, shown: &mut Shown, frame: &CameraFrame) {
    let ndc = |at: egui::Pos2| {
        let unit = (at - rect.min) / rect.size();
        Vec2::new(2.0 * unit.x - 1.0, 1.0 - 2.0 * unit.y)
    };
    if response.clicked() {
        response.request_focus();
        if let Some(at) = response.interact_pointer_pos() {
            shown.selected = pick(shown.scene(), frame, ndc(at));
        }
    }
    // Escape that closes a menu or a dialog is not meant for the picture.
    let is_free = !popups::is_something_over(ui.ctx());
    if is_free && ui.input(|input| input.key_pressed(Key::Escape)) {
        shown.selected = None;
        shown.link = None;
    }
    let few = shown.scene().atoms.len() <= HOVER_LIMIT;
    let Some(at) = response.hover_pos().filter(|_| few && !response.dragged()) else { return };
    let hovered = pick(shown.scene(), frame, ndc(at)).and_then(|id| shown.scene().atoms.get(id as usize));
    let structure = shown.structure();
    let row = hovered
        .and_then(|atom| structure.sites.get(atom.site as usize))
        .and_then(|site| structure.asymmetric_of(site));
    if let Some(row) = row {
        response.clone().on_hover_text_at_pointer(format!("{}: {}", row.label, inspector::species(row)));
    }
}
