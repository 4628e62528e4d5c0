//! "Export figure…": a figure for a paper, previewed as the very drawing that is written.

use std::{path::PathBuf, sync::Arc};

use eframe::egui;

use super::{
    CrystalCommand, CrystalSettings, Shown,
    export::{Reserved, free_path, suggested_folder_and_stem},
    figure_settings::FigureChoice,
    figures::{self, Drawing, Request},
};
use crate::{
    crystal::figures::FigureKind,
    figure::{COLUMN_WIDTHS, FigureTheme, FileFormat, Pixels, encode, to_pixels},
    jobs::{JobContext, JobError, JobHandle, LatestWorker},
    ui::{Shell, Theme, dialogs, widgets},
};

/// Sides of a figure in mm.
const SIDE_MM: std::ops::RangeInclusive<f64> = 20.0..=500.0;
/// Resolution of PNG files.
const DPI: std::ops::RangeInclusive<f64> = 36.0..=2400.0;
/// Longer side of the preview in pixels.
const MAX_PREVIEW_PX: f64 = 2400.0;

type Previewed = (Request, Result<Drawing, String>);

/// The dialog, and what it started.
pub(super) struct FigureDialog {
    open: bool,
    pub(super) choice: FigureChoice,
    path: String,
    /// The ending follows the format until somebody types a path.
    path_is_ours: bool,
    worker: Option<LatestWorker<Request, Previewed>>,
    asked: Option<Request>,
    preview: Option<Previewed>,
    texture: Option<egui::TextureHandle>,
    asking: Option<JobHandle<Option<PathBuf>>>,
    /// The path that may be overwritten.
    confirmed: Option<String>,
    saving: Vec<JobHandle<String>>,
    copying: Option<JobHandle<Pixels>>,
    reserved: Reserved,
}

impl FigureDialog {
    pub(super) fn new(settings: &CrystalSettings) -> Self {
        Self {
            open: false,
            choice: settings.figure.clone(),
            path: String::new(),
            path_is_ours: true,
            worker: None,
            asked: None,
            preview: None,
            texture: None,
            asking: None,
            confirmed: None,
            saving: Vec::new(),
            copying: None,
            reserved: Reserved::default(),
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.saving.is_empty()
            || self.copying.is_some()
            || self.worker.as_ref().is_some_and(LatestWorker::is_busy)
    }

    /// Opens the dialog for what is shown.
    pub(super) fn show(&mut self, kind: FigureKind, shown: &Shown) {
        self.choice.kind = kind;
        self.open = true;
        self.path_is_ours = true;
        self.confirmed = None;
        self.suggest_path(shown);
    }

    fn suggest_path(&mut self, shown: &Shown) {
        let (folder, stem) = suggested_folder_and_stem(shown);
        let name = format!("{stem}-{}.{}", self.choice.kind.name(), self.choice.format.extension());
        self.path = folder.join(name).display().to_string();
    }

    /// Starts writing every figure of all open structures.
    pub(super) fn export_all(&mut self, all: &[Shown], settings: &CrystalSettings, shell: &Shell<'_>) {
        let subjects =
            all.iter().map(|shown| (shown.loaded.clone(), Arc::clone(shown.structure()))).collect();
        let wanted = self.choice.figure_settings(settings);
        let format = self.choice.format;
        self.saving.push(shell.jobs.spawn("Export all figures", move |job: &JobContext| {
            let dialog = rfd::FileDialog::new().set_title("Folder for the figures");
            let Some(folder) = dialogs::ask(|| dialog.pick_folder())? else {
                return Err(JobError::Cancelled);
            };
            figures::write_all(subjects, format, &wanted, &folder, job)
        }));
    }

    /// Starts writing the report of all open structures.
    pub(super) fn report(&mut self, all: &[Shown], settings: &CrystalSettings, shell: &Shell<'_>) {
        let structures: Vec<_> = all.iter().map(|shown| shown.loaded.clone()).collect();
        let wanted = self.choice.figure_settings(settings);
        self.saving.push(shell.jobs.spawn("Report", move |job: &JobContext| {
            let dialog = rfd::FileDialog::new().set_title("Report").add_filter("PDF", &["pdf"]);
            let Some(path) = dialogs::ask(|| dialog.set_file_name("report.pdf").save_file())? else {
                return Err(JobError::Cancelled);
            };
            figures::write_report(&structures, &wanted, &path, job)
        }));
    }

    /// Takes what has arrived.
    pub(super) fn poll(&mut self, shell: &mut Shell<'_>, ctx: Option<&egui::Context>) {
        self.saving.retain_mut(|handle| {
            let Some(result) = handle.poll() else { return true };
            match result {
                Ok(sentence) => shell.notifications.info(sentence),
                Err(JobError::Cancelled) => {}
                Err(error) => shell.notifications.error(format!("No figure was written: {error}")),
            }
            false
        });
        if let Some(result) = self.asking.as_mut().and_then(JobHandle::poll) {
            match result {
                Ok(Some(path)) => {
                    self.path = path.display().to_string();
                    self.path_is_ours = false;
                    self.confirmed = Some(self.path.clone());
                }
                Ok(None) => {}
                Err(error) => shell.notifications.warn(format!("{error}. The path can be typed")),
            }
            self.asking = None;
        }
        match self.worker.as_ref().and_then(LatestWorker::take) {
            Some(Ok(previewed)) => {
                self.preview = Some(previewed);
                self.texture = None;
            }
            Some(Err(error)) => {
                if let Some(request) = self.asked.clone() {
                    self.preview = Some((request, Err(error.to_string())));
                }
            }
            None => {}
        }
        if let Some(ctx) = ctx
            && let Some(result) = self.copying.as_mut().and_then(JobHandle::poll)
        {
            self.copying = None;
            match result {
                Ok(pixels) => {
                    ctx.copy_image(image_of(&pixels));
                    shell.notifications.info("The figure is on the clipboard");
                }
                Err(error) => shell.notifications.error(format!("The figure was not copied: {error}")),
            }
        }
    }

    pub(super) fn ui(
        &mut self,
        ctx: &egui::Context,
        shown: &Shown,
        settings: &CrystalSettings,
        shell: &mut Shell<'_>,
        commands: &mut Vec<CrystalCommand>,
    ) {
        self.poll(shell, Some(ctx));
        if !self.open {
            return;
        }
        let window = ctx.content_rect().size();
        let theme = Theme::get();
        let width = (1.75 * theme.dialog_width).min(window.x - 40.0);
        let modal = egui::Modal::new(egui::Id::unique("export figure")).show(ctx, |ui| {
            ui.set_width(width);
            ui.heading("Export figure");
            ui.add_space(theme.space);
            let is_wide = width > 1.3 * theme.dialog_width;
            let height = (window.y - 190.0).clamp(120.0, 430.0);
            egui::ScrollArea::vertical().max_height(height).show(ui, |ui| {
                if is_wide {
                    ui.horizontal_top(|ui| {
                        ui.vertical(|ui| {
                            ui.set_width(0.42 * width);
                            self.form_ui(ui, shown, shell);
                        });
                        ui.vertical(|ui| self.preview_ui(ui, shown, settings, shell, height - 12.0));
                    });
                } else {
                    self.form_ui(ui, shown, shell);
                    self.preview_ui(ui, shown, settings, shell, 240.0);
                }
            });
            ui.add_space(theme.space_large);
            ui.horizontal_wrapped(|ui| self.buttons_ui(ui, shell, commands));
        });
        if modal.should_close() {
            self.open = false;
            self.texture = None;
        }
    }

    fn form_ui(&mut self, ui: &mut egui::Ui, shown: &Shown, shell: &Shell<'_>) {
        let before = (self.choice.kind, self.choice.format);
        let choice = &mut self.choice;
        egui::Grid::new("figure form").num_columns(2).spacing([12.0, 8.0]).show(ui, |ui| {
            ui.label("Figure");
            let kinds = egui::ComboBox::from_id_salt("figure kind")
                .selected_text(choice.kind.title())
                .width(170.0)
                .show_ui(ui, |ui| {
                    for kind in FigureKind::ALL {
                        ui.selectable_value(&mut choice.kind, kind, kind.title());
                    }
                });
            widgets::renamed(kinds.response, "What the figure shows");
            ui.end_row();
            ui.label("Format");
            ui.horizontal(|ui| {
                for format in FileFormat::ALL {
                    let word = format.extension().to_uppercase();
                    ui.selectable_value(&mut choice.format, format, word);
                }
            });
            ui.end_row();
            size_rows_ui(ui, choice);
            if choice.format == FileFormat::Png {
                let label = ui.label("Resolution");
                let dpi = egui::DragValue::new(&mut choice.dpi).range(DPI).speed(5.0).suffix(" dpi");
                ui.add(dpi).labelled_by(label.id);
                ui.end_row();
            }
            ui.label("Theme");
            ui.horizontal(|ui| {
                for (theme, word) in [
                    (FigureTheme::Print, "Print"),
                    (FigureTheme::Screen, "Screen"),
                    (FigureTheme::Dark, "Dark"),
                ] {
                    ui.selectable_value(&mut choice.theme, theme, word);
                }
            });
            ui.end_row();
            ui.label("");
            ui.checkbox(&mut choice.show_title, "Formula above the axes");
            ui.end_row();
        });
        if before != (self.choice.kind, self.choice.format) && self.path_is_ours {
            self.suggest_path(shown);
        }
        ui.add_space(Theme::get().space);
        let label = ui.label("File");
        ui.horizontal(|ui| {
            let width = ui.available_width() - 90.0;
            let field = egui::TextEdit::singleline(&mut self.path).desired_width(width);
            if ui.add(field).labelled_by(label.id).changed() {
                self.path_is_ours = false;
            }
            if ui.add_enabled(self.asking.is_none(), egui::Button::new("Browse…")).clicked() {
                self.browse(shell);
            }
        });
    }

    fn browse(&mut self, shell: &Shell<'_>) {
        let suggestion = PathBuf::from(&self.path);
        let ending = self.choice.format.extension();
        self.asking = Some(shell.jobs.spawn("Save dialog", move |_: &JobContext| {
            let dialog = rfd::FileDialog::new()
                .set_title("Export figure")
                .add_filter(ending.to_uppercase(), &[ending])
                .set_directory(suggestion.parent().unwrap_or(&suggestion))
                .set_file_name(suggestion.file_name().unwrap_or_default().to_string_lossy());
            dialogs::ask(|| dialog.save_file())
        }));
    }

    /// The drawing as it will be written, as large as there is room.
    fn preview_ui(
        &mut self,
        ui: &mut egui::Ui,
        shown: &Shown,
        settings: &CrystalSettings,
        shell: &Shell<'_>,
        height: f32,
    ) {
        let wanted = self.choice.figure_settings(settings);
        let size = match wanted.size(self.choice.kind) {
            Ok(size) => size,
            Err(error) => {
                ui.colored_label(Theme::of(ui).error.egui(), error.to_string());
                return;
            }
        };
        let room = egui::vec2(ui.available_width(), height);
        let aspect = (size.height_mm / size.width_mm) as f32;
        let width = room.x.min(room.y / aspect).max(40.0);
        let pixels = (f64::from(width * ui.pixels_per_point())).min(MAX_PREVIEW_PX).round();
        let request = Request::new(shown, self.choice.kind, wanted, pixels);
        self.ask(&request, shell);
        let (rect, response) =
            ui.allocate_exact_size(egui::vec2(width, width * aspect), egui::Sense::hover());
        let is_current = self.preview.as_ref().is_some_and(|(known, _)| *known == request);
        match self.preview.as_ref().map(|(_, made)| made) {
            Some(Ok(drawing)) => {
                let texture = self.texture.get_or_insert_with(|| {
                    let image = image_of(&drawing.pixels);
                    ui.ctx().load_texture("figure preview", image, egui::TextureOptions::LINEAR)
                });
                let fade = if is_current { 1.0 } else { 0.6 };
                egui::Image::new(&*texture)
                    .tint(egui::Color32::WHITE.gamma_multiply(fade))
                    .paint_at(ui, rect);
                let text = format!("Preview of the figure, {:.0} × {:.0} mm", size.width_mm, size.height_mm);
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &text));
            }
            Some(Err(error)) => {
                let text = egui::RichText::new(error).color(Theme::of(ui).error.egui());
                ui.put(rect, egui::Label::new(text).wrap());
            }
            None => {}
        }
        if !is_current {
            ui.put(
                egui::Rect::from_center_size(rect.center(), egui::Vec2::splat(24.0)),
                egui::Spinner::new(),
            );
        }
    }

    fn ask(&mut self, request: &Request, shell: &Shell<'_>) {
        if self.preview.as_ref().is_some_and(|(known, _)| known == request)
            || self.asked.as_ref() == Some(request)
        {
            return;
        }
        if self.worker.is_none() {
            let draw = |request: Request, _: &crate::jobs::Newer<'_>| {
                let drawing = request.draw();
                Some((request, drawing))
            };
            self.worker = LatestWorker::new(shell.jobs, "figure preview", draw).ok();
        }
        if let Some(worker) = &mut self.worker {
            worker.request(request.clone());
            self.asked = Some(request.clone());
        }
    }

    fn buttons_ui(&mut self, ui: &mut egui::Ui, shell: &Shell<'_>, commands: &mut Vec<CrystalCommand>) {
        let svg = match (&self.preview, &self.asked) {
            (Some((known, Ok(drawing))), Some(asked)) if known == asked => Some(Arc::clone(&drawing.svg)),
            _ => None,
        };
        let ready = svg.is_some();
        let save = ui.add_enabled(ready && !self.path.trim().is_empty(), egui::Button::new("Save"));
        if let (true, Some(svg)) = (save.clicked(), &svg) {
            self.save(Arc::clone(svg), shell);
            ui.close();
        }
        let copy = ui.add_enabled(ready && self.copying.is_none(), egui::Button::new("Copy"));
        if let (true, Some(svg)) = (copy.on_hover_text("As pixels").clicked(), &svg) {
            let (svg, dpi) = (Arc::clone(svg), self.choice.dpi);
            let draw = move |_: &JobContext| to_pixels(&svg, dpi).map_err(JobError::failed);
            self.copying = Some(shell.jobs.spawn("Copy figure", draw));
        }
        if let (true, Some(svg)) = (ui.add_enabled(ready, egui::Button::new("Copy SVG")).clicked(), &svg) {
            ui.ctx().copy_text(svg.to_string());
        }
        if ui.button("Close").clicked() {
            ui.close();
        }
        ui.separator();
        let all =
            ui.button("All figures…").on_hover_text("Every figure of all open structures, into a folder");
        if all.clicked() {
            commands.push(CrystalCommand::ExportAllFigures);
        }
        if ui.button("Report…").on_hover_text("All open structures in one PDF").clicked() {
            commands.push(CrystalCommand::Report);
        }
    }

    fn save(&mut self, svg: Arc<str>, shell: &Shell<'_>) {
        let path = PathBuf::from(self.path.trim());
        let ending = self.choice.format.extension();
        let has_ending = path.extension().is_some_and(|known| known.eq_ignore_ascii_case(ending));
        let may_overwrite = has_ending && self.confirmed.as_deref() == Some(self.path.as_str());
        // Which also keeps structures, ending in .cif and the like, from being written over.
        let path = if has_ending { path } else { path.with_added_extension(ending) };
        let (format, dpi, reserved) = (self.choice.format, self.choice.dpi, Arc::clone(&self.reserved));
        let about = self.preview.as_ref().map(|(request, _)| request.about()).unwrap_or_default();
        self.saving.push(shell.jobs.spawn(format!("Export {}", path.display()), move |_: &JobContext| {
            let path = if may_overwrite { path } else { free_path(&path, &reserved)? };
            let bytes = encode(&svg, format, dpi, &about).map_err(JobError::failed)?;
            crate::storage::write_atomic(&path, &bytes).map_err(JobError::failed)?;
            Ok(format!("Figure written to {}", path.display()))
        }));
    }
}

fn size_rows_ui(ui: &mut egui::Ui, choice: &mut FigureChoice) {
    let width = ui.label("Width");
    ui.horizontal(|ui| {
        let field = egui::DragValue::new(&mut choice.width_mm)
            .range(SIDE_MM)
            .speed(0.5)
            .max_decimals(1)
            .suffix(" mm");
        ui.add(field).labelled_by(width.id);
        ui.menu_button("Journal", |ui| {
            for (name, width_mm) in COLUMN_WIDTHS {
                if ui.button(format!("{name}  {width_mm} mm")).clicked() {
                    choice.width_mm = width_mm;
                    ui.close();
                }
            }
        });
    });
    ui.end_row();
    let height = ui.label("Height");
    ui.horizontal(|ui| {
        let mut is_automatic = choice.height_mm.is_none();
        if ui.checkbox(&mut is_automatic, "automatic").changed() {
            choice.height_mm = (!is_automatic).then_some((0.7 * choice.width_mm).round());
        }
        if let Some(height_mm) = &mut choice.height_mm {
            let field =
                egui::DragValue::new(height_mm).range(SIDE_MM).speed(0.5).max_decimals(1).suffix(" mm");
            ui.add(field).labelled_by(height.id);
        }
    });
    ui.end_row();
}

fn image_of(pixels: &Pixels) -> egui::ColorImage {
    egui::ColorImage::from_rgba_unmultiplied([pixels.width as usize, pixels.height as usize], &pixels.rgba)
}
