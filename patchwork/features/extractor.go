package features

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// Spec describes an extractor completely enough to know whether two vectors may be compared: equal IDs, equal meaning.
type Spec struct {
	ID            string `json:"id"`                 // names the files; letters, digits, '.', '_' and '-'; holds a hash of all that matters
	Name          string `json:"name"`               // for people
	Dim           int    `json:"dim"`                // numbers per image
	Width         int    `json:"width"`              // pixels; images are resized to this size
	Height        int    `json:"height"`             // pixels
	Preprocessing string `json:"preprocessing"`      // what happens to a pixel in [0, 1] before the network
	File          string `json:"file,omitempty"`     // the ONNX or npy file, as it was named
	FileHash      string `json:"file_sha,omitempty"` // first 16 hex digits of its SHA-256
	Output        string `json:"output,omitempty"`   // tensor of the ONNX graph that is read
	Input         string `json:"input,omitempty"`    // which bands, norm and way of resizing: InputKey; "" for the defaults
	Taps          []Tap  `json:"taps,omitempty"`     // the maps that an image's numbers are, one after the other; none for a vector
	Half          bool   `json:"half,omitempty"`     // of maps: kept as float16
}

// Extractor maps images to vectors.
//
// Extract returns b.N·Dim numbers, image by image, not normalised. The same pixels give the same vector whatever else
// is in the batch, up to rounding. It must be safe for concurrent use: Run calls it from several goroutines.
type Extractor interface {
	Spec() Spec
	Extract(ctx context.Context, b imageset.Batch) ([]float32, error)
}

// InputKey is a short name for how pictures are read and resized, the size left aside: equal keys, equal pictures.
func InputKey(in imageset.Input, o imageset.Resize) string {
	keys := []string{in.Key(), slug(o.Key())}
	if o.Key() == "" {
		keys = keys[:1]
	}
	return strings.Trim(strings.Join(keys, "-"), "-")
}

// Batcher is an Extractor that prefers a number of images at a time.
type Batcher interface{ BatchSize() int }

// check says whether an ID can name files and the sizes make sense.
func (s Spec) check() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("features: the extractor's Spec: "+format, args...))
	}
	if s.ID == "" || strings.HasPrefix(s.ID, ".") || strings.ContainsFunc(s.ID, func(r rune) bool { return !safeRune(r) }) {
		bad("ID is %q; want letters, digits, '.', '_' and '-', not beginning with '.'", s.ID)
	}
	if s.Dim < 1 {
		bad("Dim is %d; want 1 or more", s.Dim)
	}
	sum := 0
	for _, t := range s.Taps {
		sum += t.Size()
	}
	if len(s.Taps) > 0 && sum != s.Dim {
		bad("Dim is %d and the maps have %d numbers; want the same", s.Dim, sum)
	}
	if s.Width < 0 || s.Height < 0 {
		bad("the image size is %d×%d; want pixels", s.Width, s.Height)
	}
	return errors.Join(errs...)
}

func safeRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._-", r)
}

// slug makes a readable file name part of any text, at most 60 characters.
func slug(text string) string {
	s := strings.Trim(strings.Map(func(r rune) rune {
		if safeRune(r) {
			return r
		}
		return '-'
	}, text), ".-_")
	if len(s) > 60 {
		s = s[:60]
	}
	if s == "" {
		s = "features"
	}
	return s
}

// checkBatch says whether a batch has the size and the channels that the extractor wants. A batch that does not say how
// many it has, has three.
func checkBatch(b imageset.Batch, s Spec, channels int) error {
	if b.C == 0 {
		b.C = 3
	}
	if b.C != channels {
		want := "name as many"
		if channels == 3 {
			want = "name one band or three"
		}
		return fmt.Errorf("features: %s takes %d channels and got %d; %s in the input's bands", s.Name, channels, b.C, want)
	}
	if b.H != s.Height || b.W != s.Width {
		return fmt.Errorf("features: %s wants images of %d×%d pixels and got %d×%d; resize them to Spec().Width and Height",
			s.Name, s.Width, s.Height, b.W, b.H)
	}
	if want := b.N * b.H * b.W * channels; len(b.Pix) != want {
		return fmt.Errorf("features: a batch of %d images of %d×%d pixels holds %d numbers; want %d (%d channels)", b.N, b.W, b.H, len(b.Pix), want, channels)
	}
	return nil
}
