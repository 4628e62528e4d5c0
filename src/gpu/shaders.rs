//! Every shader of the program, loaded here and nowhere else.
//!
//! `build.rs` parses and validates each file, so that a broken shader stops the build instead of a user.

/// A WGSL module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shader {
    /// File name in `shaders/`.
    pub file: &'static str,
    /// Its text.
    pub source: &'static str,
}

/// All files of `shaders/`.
pub const SHADERS: &[Shader] = &[Shader::CRYSTAL, Shader::MAP, Shader::VECTORS];

impl Shader {
    /// Spheres and cylinders of the crystal view.
    pub const CRYSTAL: Self =
        Self { file: "crystal.wgsl", source: include_str!("../../shaders/crystal.wgsl") };
    /// Pictures of the Library's map.
    pub const MAP: Self = Self { file: "map.wgsl", source: include_str!("../../shaders/map.wgsl") };
    /// Search over vectors.
    pub const VECTORS: Self =
        Self { file: "vectors.wgsl", source: include_str!("../../shaders/vectors.wgsl") };

    /// Compiles it for a device.
    #[must_use]
    pub fn module(self, device: &wgpu::Device) -> wgpu::ShaderModule {
        device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(self.file),
            source: wgpu::ShaderSource::Wgsl(self.source.into()),
        })
    }
}
