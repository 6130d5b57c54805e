// Package xla makes XLA (through PJRT and github.com/gomlx/go-xla) a backend that the project can run on. Importing it
// is enough:
//
//	import _ "github.com/gopatchwork/patchwork/patchwork/compute/xla"
//
// Then PATCHWORK_BACKEND (or GOMLX_BACKEND) selects it; without such a variable the project's own backend stays. Only
// programs of users and tests import this package: it links cgo. Building a program that had changed by one line took
// 0.8 s in place of 0.3 s where it needs compute alone, and its file grew from 6 to 17 MB.
//
// # The setting
//
//	xla:cpu                   the plugin "cpu"; also any other name, as xla:tpu
//	xla:cuda                  the plugin "cuda", for NVIDIA cards
//	xla:/path/to/plugin.so    this file
//	xla                       the plugin "cuda" if there is one, else "cpu"
//
// Options of go-xla follow after commas, as in xla:cuda,preallocate. Two defaults differ from go-xla's, because numbers
// must agree between backends and because it guesses the device from the whole path: products stay in float32 where
// CUDA would round them to TF32 (10 bits; xla:cuda,tf32 asks for that), and memory is shared with the host only if the
// plugin's file name holds "cpu".
//
// # Where plugins are looked for
//
// A plugin is a shared library called pjrt_c_api_NAME_plugin.so, or pjrt_c_api_NAME_vVERSION_plugin.so, of which the
// highest version is taken if there is no file without one; pjrt_plugin_NAME.so, pjrt-plugin-NAME.so and the endings
// .dylib and .dll will do too. The first folder that holds one decides:
//
//  1. those of PJRT_PLUGIN_LIBRARY_PATH if it is set and not empty, and no others;
//  2. else ~/.local/lib/go-xla (macOS: ~/Library/Application Support/go-xla, Windows: ~\AppData\Local\go-xla) and its
//     folder nvidia, /usr/local/lib/go-xla and its folder nvidia, and the absolute ones of LD_LIBRARY_PATH (macOS: and
//     DYLD_LIBRARY_PATH).
//
// # How a person installs one
//
// Nothing is downloaded unless a program calls Install. That fetches what go-xla was tested with: the CPU plugin from
// the releases of github.com/gomlx/pjrt-cpu-binaries, and where it sees an NVIDIA card or a TPU also what that needs,
// from Python's package index. go-xla itself would do this at the first use of the backend; this package
// switches that off, whatever GOMLX_NO_AUTO_INSTALL says. Without network: unpack such a release elsewhere, copy
// the .so into one of the folders above.
//
// # Errors
//
// All come when the backend is chosen, none at import: no such plugin (the error says which files were looked for,
// where, what is there, and what to do); a file that is no plugin, or whose device is missing; an unknown option.
// A program built without cgo, or for a system that go-xla does not know (it knows linux/amd64, linux/arm64,
// darwin/arm64, windows/amd64), holds a backend "xla" that always fails and says this.
package xla
