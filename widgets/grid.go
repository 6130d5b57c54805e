package widgets

import (
	"fmt"
	"html"
	"os"
	"strings"
	"unicode"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// Grid shows images side by side, and with Classes lets a person label them (Run). The zero value is an empty grid.
type Grid struct {
	Images  []GridImage
	Columns int     // images in a row; 0 means 4
	Classes []Class // what can be labelled; only Run uses them

	// How Run labels.
	Quick string              // name of the one class to decide on, by accept and reject; "" means all classes
	Keys  map[string][]string // other keys for actions, as docs/widgets.md names both: {"rest": {"KeyR", "Space"}}
}

// GridImage is one image of a Grid. Its content is Src, or else the file File.
type GridImage struct {
	Src     []byte    // an image file in memory: JPEG, PNG, GIF, WebP, BMP or TIFF
	File    string    // path of an image file
	Caption string    // shown below the image
	Title   string    // shown while the pointer rests on it; "" means Caption
	Badge   string    // shown before the caption, in bold
	Why     string    // why a person should look at it, shown by Run
	Values  []int8    // labels to begin with, one for each class; nil means all unknown
	Scores  []float32 // the model's scores in [0, 1], one for each class; nil means none
}

// Class is something that may be seen in an image.
type Class struct {
	Name        string `json:"name"`
	Key         string `json:"key,omitempty"`   // a digit, or a letter that is no command; "" means its place for the first nine
	Color       string `json:"color,omitempty"` // #rrggbb; "" means the palette's colour for its place
	Description string `json:"description,omitempty"`
}

// Classes makes classes from their names.
func Classes(names ...string) []Class {
	classes := make([]Class, len(names))
	for i, name := range names {
		classes[i].Name = name
	}
	return classes
}

// pageWidth is how wide a notebook's output is at least, in CSS pixels.
const pageWidth = 880

func (g Grid) columns() int { return orElse(max(g.Columns, 0), 4) }

// StaticHTML is the grid as a table of images inside the page, for viewers that remove scripts, styles and files beside
// the notebook. Large images are made small. An image that cannot be read is named with the reason in its place.
func (g Grid) StaticHTML() string {
	side := min(max(pageWidth/g.columns()-20, 48), 200)
	var b strings.Builder
	b.WriteString(`<table cellpadding="4">`)
	for i, img := range g.Images {
		if i%g.columns() == 0 {
			b.WriteString("<tr>")
		}
		// The inner div keeps its alignment where a notebook's own style gives one to cells.
		fmt.Fprintf(&b, `<td valign="top"><div align="center">%s%s</div></td>`, img.static(side), img.below())
		if i%g.columns() == g.columns()-1 || i == len(g.Images)-1 {
			b.WriteString("</tr>\n")
		}
	}
	b.WriteString("</table>")
	return b.String()
}

func (g GridImage) static(side int) string {
	data, err := g.bytesOf()
	var src string
	if err == nil {
		src, err = picture(data, side*3/2) // half as many again, for screens with fine pixels
	}
	if err != nil {
		return fmt.Sprintf("<i>%s</i>", html.EscapeString(strings.TrimPrefix(err.Error(), "widgets: ")))
	}
	title := orText(g.Title, g.Caption)
	return fmt.Sprintf(`<img src="%s" width="%d" alt="%s" title="%s">`, src, side, html.EscapeString(orText(title, "image")), html.EscapeString(title))
}

// longWord is how many letters may stand together under an image that is shown small.
const longWord = 12

// breakable is text as HTML that can be broken also inside its long words, such as the names of files.
func breakable(text string) string {
	var b strings.Builder
	together := 0
	for _, r := range text {
		if together++; unicode.IsSpace(r) {
			together = 0
		} else if together > longWord && !unicode.IsMark(r) {
			b.WriteString("<wbr>")
			together = 1
		}
		b.WriteString(html.EscapeString(string(r)))
	}
	return b.String()
}

// below is what stands under the image.
func (g GridImage) below() string {
	var parts []string
	if g.Badge != "" {
		parts = append(parts, "<b>"+html.EscapeString(g.Badge)+"</b>")
	}
	if g.Caption != "" {
		parts = append(parts, breakable(g.Caption))
	}
	if len(parts) == 0 {
		return ""
	}
	return "<br><small>" + strings.Join(parts, " ") + "</small>"
}

// Show puts the grid below the cell; outside a notebook it prints one line for each image.
func (g Grid) Show() error {
	if host.InNotebook() {
		return host.DisplayOnce(g.StaticHTML())
	}
	for i, img := range g.Images {
		if _, err := fmt.Fprintln(os.Stdout, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", i+1, img.File, img.Badge, img.Caption))); err != nil {
			return err
		}
	}
	return nil
}
