package host

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"strings"
	"time"
)

//go:embed embed.js
var embedScript string

// EmbedOptions describes the cell output that shows a page.
type EmbedOptions struct {
	URL    string // of the server, as Server.URL
	Token  string
	Title  string // read aloud for the frame; "" means patchwork
	Static string // HTML that stands for the page where no server or no script runs: only table, img, p, b, details and a
	Height int    // least height of the page in CSS pixels; 0 means 420
}

// Embed returns the HTML of a cell output. It is the static form, followed by a script that looks for the server, first
// directly on this machine, then through the path of a notebook proxy, then through the kernel that runs this cell, and
// puts the page in a frame in place of the static form once it has found it. When the server ends, the static form comes back with one line that says so.
//
// What a notebook keeps is complete without the script. The script looks for the server only inside Jupyter, an editor
// or a page on this machine, so that a notebook published elsewhere makes no request. It may run any number of times.
func Embed(o EmbedOptions) string {
	id, title := newID(), or(o.Title, "patchwork")
	var port string
	if u, err := url.Parse(o.URL); err == nil {
		port = u.Port()
	}
	config, _ := json.Marshal(map[string]any{ // escapes <, so it cannot end the script
		"id": id, "url": o.URL + "/", "port": port, "token": o.Token, "title": title,
		"height": or(o.Height, 420), "shown": time.Now().UnixMilli(),
		"kernel": os.Getenv("GONB_JUPYTER_KERNEL_ID"), "channel": channelOf(o.Token),
	})
	var b strings.Builder
	fmt.Fprintf(&b, "<div data-patchwork=\"%s\" aria-label=\"%s\">\n<div data-part=\"static\">%s</div>\n", id, html.EscapeString(title), o.Static)
	b.WriteString("<div data-part=\"live\"></div>\n<p data-part=\"note\"></p>\n</div>\n<script>(")
	b.WriteString(strings.TrimSpace(withoutComments(embedScript)))
	fmt.Fprintf(&b, ")(%s)</script>", config)
	return b.String()
}

// withoutComments drops indentation and lines that are only a comment, which a saved notebook need not carry.
func withoutComments(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
