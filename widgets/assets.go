package widgets

import (
	"embed"
	"io/fs"
)

//go:embed assets
var embedded embed.FS

// Assets holds the page side of the widgets: one ES module per widget (grid.mjs, labelbuttons.mjs, curves.mjs,
// progress.mjs), what they share, the connection to the server (link.mjs) and the style sheets. The names
// have no folder; the modules import each other as siblings, so they must be served from one folder.
var Assets = mustSub(embedded, "assets")

func mustSub(of fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(of, dir)
	if err != nil { // only for a name that is not a valid path, and this one is written above
		panic(err)
	}
	return sub
}
