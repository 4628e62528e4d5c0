//! Colours, sizes and spacing, from `assets/theme.ron`; nothing else in the program names a colour.

use std::sync::LazyLock;

use eframe::egui::{
    self, Color32, CornerRadius, FontDefinitions, FontFamily, FontId, Stroke, TextStyle, Vec2,
};
use serde::Deserialize;

/// Dark or light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Light text on dark.
    Dark,
    /// Dark text on light.
    Light,
}

/// An sRGB colour with opacity, written `#rrggbb` or `#rrggbbaa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Color(pub [u8; 4]);

impl Color {
    /// As egui wants it.
    #[must_use]
    pub fn egui(self) -> Color32 {
        let [r, g, b, a] = self.0;
        Color32::from_rgba_unmultiplied(r, g, b, a)
    }
}

impl TryFrom<String> for Color {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a colour; write #rrggbb");
        let digits = text.strip_prefix('#').ok_or_else(wrong)?;
        let bytes = digits
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect::<Option<Vec<u8>>>()
            .filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .ok_or_else(wrong)?;
        match (digits.len(), bytes.as_slice()) {
            (6, &[r, g, b]) => Ok(Self([r, g, b, 255])),
            (8, &[r, g, b, a]) => Ok(Self([r, g, b, a])),
            _ => Err(wrong()),
        }
    }
}

/// Colours of one mode.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of what they colour")]
pub struct Palette {
    pub panel: Color,
    pub canvas: Color,
    pub raised: Color,
    pub hovered: Color,
    pub pressed: Color,
    pub field: Color,
    pub outline: Color,
    pub text: Color,
    pub text_weak: Color,
    pub accent: Color,
    pub accent_fill: Color,
    pub good: Color,
    pub warning: Color,
    pub error: Color,
    pub cell_edges: Color,
    pub axis_a: Color,
    pub axis_b: Color,
    pub axis_c: Color,
    pub selection: Color,
    pub shadow: Color,
}

/// Everything of `assets/theme.ron`. Lengths are in points.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of what they measure")]
pub struct Theme {
    pub dark: Palette,
    pub light: Palette,
    /// Colours of an angle, equally spaced from 0 to a full turn; the last is followed by the first.
    pub phases: Vec<Color>,
    pub text_small: f32,
    pub text_body: f32,
    pub text_heading: f32,
    pub text_title: f32,
    pub space_small: f32,
    pub space: f32,
    pub space_large: f32,
    pub corner: u8,
    pub control_height: f32,
    pub sidebar_width: f32,
    pub toast_width: f32,
    pub palette_width: f32,
    pub dialog_width: f32,
    pub graph_height: f32,
    pub card_width: f32,
    pub card_height: f32,
}

#[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
static THEME: LazyLock<Theme> = LazyLock::new(|| {
    ron::from_str(include_str!("../../assets/theme.ron")).expect("assets/theme.ron is valid")
});

/// egui's fonts, and the one for code behind those for text: it has arrows and signs, which then need no font of the system.
pub(super) fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    if let Some(text) = fonts.families.get_mut(&FontFamily::Proportional) {
        text.push("Hack".to_owned());
    }
    fonts
}

impl Theme {
    /// The theme of the program.
    #[must_use]
    pub fn get() -> &'static Self {
        &THEME
    }

    /// Colours of a mode.
    #[must_use]
    pub fn palette(&self, mode: Mode) -> &Palette {
        match mode {
            Mode::Dark => &self.dark,
            Mode::Light => &self.light,
        }
    }

    /// Colours of the mode that a piece of interface is drawn in.
    #[must_use]
    pub fn of(ui: &egui::Ui) -> &'static Palette {
        Self::get().palette(Self::mode(ui.visuals()))
    }

    /// Which mode visuals are.
    #[must_use]
    pub fn mode(visuals: &egui::Visuals) -> Mode {
        if visuals.dark_mode { Mode::Dark } else { Mode::Light }
    }

    /// Gives both modes' looks to egui.
    pub fn install(&self, ctx: &egui::Context) {
        ctx.set_fonts(fonts());
        for (theme, mode) in [(egui::Theme::Dark, Mode::Dark), (egui::Theme::Light, Mode::Light)] {
            ctx.set_visuals_of(theme, self.visuals(mode));
        }
        ctx.all_styles_mut(|style| {
            let font = |size| FontId::new(size, FontFamily::Proportional);
            style.text_styles = [
                (TextStyle::Small, font(self.text_small)),
                (TextStyle::Body, font(self.text_body)),
                (TextStyle::Button, font(self.text_body)),
                (TextStyle::Heading, font(self.text_heading)),
                (TextStyle::Monospace, FontId::new(self.text_body - 1.0, FontFamily::Monospace)),
            ]
            .into();
            style.spacing.item_spacing = Vec2::new(self.space, self.space_small + 2.0);
            style.spacing.button_padding = Vec2::new(self.space, self.space_small);
            style.spacing.interact_size.y = self.control_height;
            style.spacing.scroll = egui::style::ScrollStyle::solid();
            style.interaction.selectable_labels = true;
        });
    }

    fn visuals(&self, mode: Mode) -> egui::Visuals {
        let palette = self.palette(mode);
        let mut visuals = match mode {
            Mode::Dark => egui::Visuals::dark(),
            Mode::Light => egui::Visuals::light(),
        };
        let corner = CornerRadius::same(self.corner);
        let outline = Stroke::new(1.0, palette.outline.egui());
        let text = Stroke::new(1.0, palette.text.egui());
        visuals.panel_fill = palette.panel.egui();
        visuals.window_fill = palette.panel.egui();
        visuals.window_stroke = outline;
        visuals.window_corner_radius = CornerRadius::same(self.corner * 2);
        visuals.menu_corner_radius = corner;
        visuals.extreme_bg_color = palette.field.egui();
        visuals.faint_bg_color = palette.raised.egui();
        visuals.code_bg_color = palette.raised.egui();
        visuals.hyperlink_color = palette.accent.egui();
        visuals.warn_fg_color = palette.warning.egui();
        visuals.error_fg_color = palette.error.egui();
        visuals.weak_text_color = Some(palette.text_weak.egui());
        visuals.selection.bg_fill = palette.accent_fill.egui();
        visuals.selection.stroke = Stroke::new(1.0, palette.text.egui());
        visuals.window_shadow.color = palette.shadow.egui();
        visuals.popup_shadow.color = palette.shadow.egui();
        let widgets = &mut visuals.widgets;
        for (widget, fill) in [
            (&mut widgets.noninteractive, palette.panel),
            (&mut widgets.inactive, palette.raised),
            (&mut widgets.hovered, palette.hovered),
            (&mut widgets.active, palette.pressed),
            (&mut widgets.open, palette.hovered),
        ] {
            widget.bg_fill = fill.egui();
            widget.weak_bg_fill = fill.egui();
            widget.bg_stroke = Stroke::NONE;
            widget.fg_stroke = text;
            widget.corner_radius = corner;
            widget.expansion = 0.0;
        }
        widgets.noninteractive.bg_stroke = outline;
        widgets.hovered.bg_stroke = outline;
        widgets.active.bg_stroke = Stroke::new(1.0, palette.accent.egui());
        visuals
    }
}
