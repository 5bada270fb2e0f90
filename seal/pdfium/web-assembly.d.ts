// WebAssembly as far as seal/pdfium needs it; the types of browsers, which have it, are not part of this project.
declare namespace WebAssembly {
  type Imports = object;
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: object;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
