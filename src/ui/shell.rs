//! What a workspace is, and what the window lends it.

use eframe::{egui, egui_wgpu};

use super::{Mode, Notifications};
use crate::{gpu::GpuContext, jobs::Jobs};

/// What the window lends to the workspace that is shown.
pub struct Shell<'a> {
    /// The device that draws, with egui's renderer to hand textures to.
    pub gpu: &'a GpuContext,
    /// egui's side of that device.
    pub render_state: &'a egui_wgpu::RenderState,
    /// Background work.
    pub jobs: &'a Jobs,
    /// What to tell the user.
    pub notifications: &'a mut Notifications,
    /// Dark or light.
    pub mode: Mode,
}

/// A room of the window. Built on the first visit; its models load on first use.
pub trait Workspace {
    /// Name in the navigation.
    fn title(&self) -> &'static str;
    /// Applies what background work has finished; runs also while the window is hidden.
    fn logic(&mut self, shell: &mut Shell<'_>);
    /// Draws. Never waits, never touches the disk.
    fn ui(&mut self, ui: &mut egui::Ui, shell: &mut Shell<'_>);
    /// Opens files and folders.
    fn open(&mut self, paths: &[std::path::PathBuf], shell: &mut Shell<'_>);
}
