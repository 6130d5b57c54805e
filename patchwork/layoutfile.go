package patchwork

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
	"go.yaml.in/yaml/v3"
)

// keptLayout is layouts/KIND.yaml, beside the places in layouts/KIND.npy.
type keptLayout struct {
	Options  LayoutOptions `yaml:"options"`
	Features string        `yaml:"features"` // id
	Images   string        `yaml:"images"`   // digest of which images had features, and of what they were computed from
	Time     time.Time     `yaml:"time"`
}

// keptLayout reads the map of a kind; what cannot be read, or has another number of images, is as none: it is made again.
func (p *Project) keptLayout(kind string, rows int) (keptLayout, []layout.Point) {
	var kept keptLayout
	text, err := os.ReadFile(p.path("layouts", kind+".yaml"))
	if err != nil || yaml.Unmarshal(text, &kept) != nil {
		return keptLayout{}, nil
	}
	xy, n, c, err := classify.ReadScores(p.path("layouts", kind+".npy"))
	if err != nil || c != 2 {
		return keptLayout{}, nil
	}
	points := make([]layout.Point, n)
	for i := range points {
		points[i] = layout.Point{X: xy[2*i], Y: xy[2*i+1]}
	}
	if n != rows {
		kept.Images = "" // rows have come
	}
	return kept, points
}

func (p *Project) keepLayout(m keptLayout, points []layout.Point) error {
	if err := os.MkdirAll(p.path("layouts"), 0o755); err != nil {
		return fmt.Errorf("patchwork: cannot keep the layout: %w", err)
	}
	// Without its description a map is none, so a process killed in between leaves nothing that is believed.
	file := p.path("layouts", m.Options.Kind+".yaml")
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("patchwork: cannot keep the layout: %w", err)
	}
	if err := classify.WriteScores(p.path("layouts", m.Options.Kind+".npy"), (&Layout{Points: points}).flat(), len(points), 2); err != nil {
		return err
	}
	text, err := yaml.Marshal(m)
	if err != nil {
		return fmt.Errorf("patchwork: %w", err)
	}
	return atomicfile.Write(file, text, 0o644, atomicfile.Durable)
}

// WriteLayout writes a map as CSV: filepath, x and y, one line for each image that has a place.
func (p *Project) WriteLayout(w io.Writer, m *Layout) error {
	index := p.Images()
	out := csv.NewWriter(w)
	out.Write([]string{"filepath", "x", "y"})
	for row, at := range m.Points {
		if at.Placed() && row < index.Len() {
			out.Write([]string{index.At(row).ID, scoreText(at.X), scoreText(at.Y)})
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("patchwork: cannot write the layout: %w", err)
	}
	return nil
}
