package features

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

const (
	sidecarKind    = "patchwork features"
	sidecarVersion = 1
)

// sidecar is the content of ID.json.
type sidecar struct {
	Kind       string   `json:"format"`
	Version    int      `json:"version"`
	Extractor  Spec     `json:"extractor"`
	Normalised bool     `json:"normalised"` // every row has length one
	Hashes     []string `json:"hashes"`     // per row: content hash of the image; "" where there are no features
}

// files are the two paths of a store of vectors.
func files(dir, id string) (npy, side string) {
	return filepath.Join(dir, id+".npy"), filepath.Join(dir, id+".json")
}

// files are the paths of a store: of its arrays, and of its sidecar.
func (s Spec) files(dir string) (arrays []string, side string) {
	npy, side := files(dir, s.ID)
	if !s.IsMaps() {
		return []string{npy}, side
	}
	for i, t := range s.Taps {
		arrays = append(arrays, filepath.Join(dir, fmt.Sprintf("%s.%d-%s.npy", s.ID, i, slug(t.Name))))
	}
	return arrays, side
}

// kind is what is kept of an image.
func (s Spec) kind() string {
	if !s.IsMaps() {
		return fmt.Sprintf("%d numbers", s.Dim)
	}
	var words []string
	for _, l := range s.layouts() {
		words = append(words, l.String())
	}
	return strings.Join(words, " and ")
}

// DamagedError says that the files of a store cannot be used.
type DamagedError struct{ Npy, Sidecar, Reason string }

func (e *DamagedError) Error() string {
	return fmt.Sprintf("features: %s and %s do not hold usable features: %s. Delete these files and compute the features again; "+
		"images and labels are not touched", e.Npy, e.Sidecar, e.Reason)
}

// damaged is a DamagedError for the files of a store.
func (s Spec) damaged(dir, format string, args ...any) error {
	arrays, side := s.files(dir)
	return &DamagedError{strings.Join(arrays, ", "), side, fmt.Errorf(format, args...).Error()}
}

// readSidecar reads ID.json. A missing file is fs.ErrNotExist.
func readSidecar(dir, id string) (*sidecar, error) {
	npy, file := files(dir, id)
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("features: %w", err)
	}
	damaged := func(format string, args ...any) error {
		return &DamagedError{npy, file, fmt.Sprintf(format, args...)}
	}
	s, err := parseSidecar(text)
	if err != nil {
		return nil, damaged("the second is not valid JSON (%v)", err)
	}
	switch {
	case s.Kind != sidecarKind:
		return nil, damaged("the second says format %q and not %q", s.Kind, sidecarKind)
	case s.Version > sidecarVersion:
		return nil, fmt.Errorf("features: %s has version %d and this program reads up to %d; use a newer patchwork", file, s.Version, sidecarVersion)
	case s.Extractor.ID != id:
		return nil, damaged("the second belongs to %q", s.Extractor.ID)
	case s.Extractor.Dim < 1:
		return nil, damaged("the second says %d numbers per image", s.Extractor.Dim)
	}
	return s, nil
}

// parseSidecar reads the content of ID.json. The list of hashes, as write lays it out, is cut by hand, because
// encoding/json takes 50 ms for 100,000 rows; anything else is left to encoding/json.
func parseSidecar(text []byte) (*sidecar, error) {
	s := new(sidecar)
	const list = "\"hashes\": ["
	at := bytes.Index(text, []byte(list))
	if at >= 0 && json.Unmarshal(append(bytes.Clone(text[:at]), "\"hashes\": []}"...), s) == nil {
		if hashes, ok := cutHashes(string(text[at+len(list):])); ok {
			s.Hashes = hashes
			return s, nil
		}
	}
	s = new(sidecar)
	return s, json.Unmarshal(text, s)
}

// cutHashes splits `"a", "b", ...]}` with any white space between. It says no to whatever is not of this form.
func cutHashes(rest string) (hashes []string, ok bool) {
	hashes = make([]string, 0, len(rest)/22+1)
	for {
		rest = strings.TrimLeft(rest, " \n")
		if end, ok := strings.CutPrefix(rest, "]"); ok {
			return hashes, strings.TrimSpace(end) == "}"
		}
		if len(hashes) > 0 {
			if rest, ok = strings.CutPrefix(rest, ","); !ok {
				return nil, false
			}
			rest = strings.TrimLeft(rest, " \n")
		}
		if rest, ok = strings.CutPrefix(rest, "\""); !ok {
			return nil, false
		}
		end := strings.IndexByte(rest, '"')
		if end < 0 || strings.ContainsAny(rest[:end], "\\\n") {
			return nil, false
		}
		hashes = append(hashes, rest[:end])
		rest = rest[end+1:]
	}
}

// write replaces ID.json, so that a reader sees the old file or the new one, also after a power cut.
func (s *sidecar) write(dir string) error {
	_, file := files(dir, s.Extractor.ID)
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return fmt.Errorf("features: %s: %w", file, err)
	}
	if err := atomicfile.Write(file, append(text, '\n'), 0o644, atomicfile.Durable); err != nil {
		return fmt.Errorf("features: cannot write %s: %w", file, err)
	}
	return nil
}
