package host

import (
	"fmt"
	"html"
	"strings"
)

// Shell is a plain page around one ES module, for Options.Page: Shell{…}.HTML. The module fills <main id="patchwork">
// and finds the token in the address of the page.
type Shell struct {
	Title   string   // of the window; "" means patchwork
	Module  string   // ES module to run, relative to the page, such as assets/studio.mjs
	Styles  []string // style sheets, relative to the page
	Version string   // put after ?v= so that browsers keep the files, as AssetVersion gives it; "" means they ask each time
	Lang    string   // language of the text; "" means en
}

// HTML is the page. It holds no token: the module reads it from the page's own address.
func (s Shell) HTML(token string) string {
	link := func(path string) string {
		if s.Version != "" {
			path += "?v=" + s.Version
		}
		return html.EscapeString(path)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s</title>\n",
		html.EscapeString(or(s.Lang, "en")), html.EscapeString(or(s.Title, "patchwork")))
	b.WriteString("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n")
	for _, style := range s.Styles {
		fmt.Fprintf(&b, "<link rel=\"stylesheet\" href=\"%s\">\n", link(style))
	}
	b.WriteString("</head>\n<body>\n<main id=\"patchwork\"><noscript>This page needs JavaScript.</noscript></main>\n")
	fmt.Fprintf(&b, "<script type=\"module\" src=\"%s\"></script>\n</body>\n</html>\n", link(s.Module))
	return b.String()
}
