package patchwork

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// EmbedOptions says how images become features.
type EmbedOptions struct {
	// Extractor is "" for the one in the settings, "default" for the embedded one, or the path of an ONNX file or of the
	// folder of a network that was trained here (backbone.Save); a relative path begins at the working directory.
	Extractor string
	// ONNX is for an ONNX file that the table of known models lacks. It is kept in the settings with the extractor, and
	// taken from there when it is zero and Extractor is "".
	ONNX  features.ONNXOptions
	Batch int // images at a time; 0 means the extractor's choice
}

// EmbedReport says what Embed or ImportFeatures did.
type EmbedReport struct {
	Scan   imageset.ScanReport `json:"scan,omitzero"` // ImportFeatures looks for no images
	Run    features.RunReport  `json:"run"`
	Spec   features.Spec       `json:"extractor"`
	Sanity *features.Sanity    `json:"sanity,omitempty"` // nil without enough labels
}

// Embed looks for new images and computes the features of those that lack them. Broken images are left out. A second
// call with nothing changed returns at once; a cancelled or killed one goes on where it stopped.
//
// Errors: a network that cannot be used (the error says why); a features file that another process is writing.
func (p *Project) Embed(ctx context.Context, o EmbedOptions, progress Progress) (EmbedReport, error) {
	var report EmbedReport
	if err := checkWritable(p.dir); err != nil {
		return report, err
	}
	name, network, err := p.choice(o)
	if err != nil {
		return report, err
	}
	ex, err := p.extractor(name, network)
	if err != nil {
		return report, err
	}
	report.Spec = ex.Spec()
	if !p.isWriter() { // the studio's server has no use for rows that its journal does not know
		if report.Scan, err = p.Rescan(ctx, progress); err != nil {
			return report, err
		}
	}
	store, run, err := features.Run(ctx, ex, p.Reader(), features.RunOptions{
		Dir: p.path("features"), Batch: o.Batch, Resize: p.Settings().Input.resize(), Progress: progress.step("computing features"),
	})
	report.Run = run
	if err != nil {
		return report, err
	}
	defer store.Close()
	report.Sanity, err = p.take(ctx, store, name, networkOf(network), progress)
	return report, err
}

// take makes the vectors of store the features in use, and measures them where there are enough labels.
func (p *Project) take(ctx context.Context, store *features.Store, extractor string, network *Network, progress Progress) (*features.Sanity, error) {
	if err := p.use(extractor, network, store.Spec().ID); err != nil {
		return nil, err
	}
	if err := p.renewContext(ctx, store, progress); err != nil {
		return nil, err
	}
	t, err := p.Labels()
	if err != nil {
		return nil, err
	}
	return features.CheckSanity(ctx, store, p.Reader(), len(t.Classes()), func(row, class int) int8 {
		if t.Excluded(row) {
			return -1
		}
		return int8(t.Value(row, class))
	})
}

// choice is the extractor that o and the settings ask for, by its name in project.yaml, and what is known about it.
func (p *Project) choice(o EmbedOptions) (name string, network features.ONNXOptions, err error) {
	name, network = p.Settings().Extractor, o.ONNX
	if o.Extractor != "" {
		if name, err = extractorPath(p.dir, o.Extractor); err != nil {
			return name, network, err
		}
	}
	given := networkOf(o.ONNX) != nil
	if given && (name == "" || name == "default") {
		return name, network, errors.New("patchwork: size, mean, std, layout and output describe an ONNX file, and the extractor is the " +
			"embedded one; name the file or leave them out")
	}
	if !given && o.Extractor == "" {
		kept := p.Settings().Network.options()
		kept.Batch, kept.Name = o.ONNX.Batch, o.ONNX.Name
		network = kept
	}
	return name, network, nil
}

// extractorPath is how an extractor is named in project.yaml.
func extractorPath(dir, name string) (string, error) {
	if name == "" || name == "default" {
		return name, nil
	}
	return fromProject(dir, name)
}

// extractor opens the extractor of that name.
func (p *Project) extractor(name string, o features.ONNXOptions) (features.Extractor, error) {
	if name == "" || name == "default" {
		return features.Default()
	}
	return openVectors(p.fromHere(name), o)
}

// use writes to project.yaml which extractor and features are current.
func (p *Project) use(extractor string, network *Network, id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := readSettings(p.dir) // another process may have changed other fields
	if err != nil {
		return err
	}
	p.settings.Extractor, p.settings.Network, p.settings.Features = extractor, network, id
	if s.Extractor == extractor && reflect.DeepEqual(s.Network, network) && s.Features == id {
		return nil
	}
	s.Extractor, s.Network, s.Features = extractor, network, id
	return s.write(p.dir)
}

// isWriter says whether this process holds the annotator's journal.
func (p *Project) isWriter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.writer
}

// Features opens the current features. The caller closes them.
//
// Errors: ErrNoFeatures before the first Embed.
func (p *Project) Features() (*features.Store, error) {
	s, err := readSettings(p.dir) // Embed may have run in another process
	if err != nil {
		return nil, err
	}
	if s.Features == "" {
		return nil, fmt.Errorf("%w: run p.Embed() in a cell or `patchwork embed %s`", ErrNoFeatures, typed(p.dir))
	}
	store, err := features.Open(p.path("features"), s.Features)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: the files of %s are gone from the features folder; run p.Embed() or `patchwork embed %s` again",
			ErrNoFeatures, s.Features, typed(p.dir))
	}
	if err != nil {
		return nil, err
	}
	if now := features.InputKey(s.Input.read(), s.Input.resize()); store.Spec().Width > 0 && store.Spec().Input != now { // 0: from a file
		store.Close()
		return nil, fmt.Errorf("%w of images as the settings under input read them; run p.Embed() or `patchwork embed %s`", ErrNoFeatures, typed(p.dir))
	}
	return store, nil
}

// String says in a few lines what was done.
func (r EmbedReport) String() string {
	var b strings.Builder
	if s := r.Scan; s.Added+s.Changed+s.Moved+s.Vanished+s.Broken+len(s.ListProblems) > 0 {
		fmt.Fprintln(&b, s)
	}
	n := r.Run
	did := "computed"
	if r.Spec.Width == 0 { // no size of images: from a file
		did = "imported"
	}
	fmt.Fprintf(&b, "%s: %d numbers for each image; %d %s", r.Spec.Name, r.Spec.Dim, n.Computed, did)
	if n.Computed > 0 {
		fmt.Fprintf(&b, " in %.1f s", n.Took.Seconds())
	}
	if n.Kept+n.Copied > 0 {
		fmt.Fprintf(&b, ", %d there already", n.Kept+n.Copied)
	}
	for i, broken := range n.Broken {
		if i == 5 {
			fmt.Fprintf(&b, "\n... and %d more left out", len(n.Broken)-i)
			break
		}
		fmt.Fprintf(&b, "\nleft out %s: %s", broken.ID, broken.Reason)
	}
	if r.Sanity != nil {
		b.WriteString("\n" + r.Sanity.String())
	}
	return b.String()
}
