package patchwork

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/explore/quality"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// Labels returns the current label table, including what other processes have written. The table is a snapshot.
func (p *Project) Labels() (*labels.Table, error) {
	t, _, err := p.labelsNow()
	return t, err
}

// labelsNow is the label table and how many journal events it contains.
func (p *Project) labelsNow() (t *labels.Table, version int64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := p.journal()
	if err != nil {
		return nil, 0, err
	}
	version = s.Version() // read first: the table then holds at least these events
	return s.Table(), version, nil
}

// journal returns the store, opened for reading if need be and up to date; p.mu is held.
func (p *Project) journal() (*labels.Store, error) {
	if p.store == nil {
		s, err := labels.Open(p.storeOptions(true))
		if err != nil {
			return nil, err
		}
		p.store = s
		return s, nil
	}
	if !p.writer {
		if _, err := p.store.Refresh(); err != nil {
			return nil, err
		}
	}
	return p.store, nil
}

func (p *Project) storeOptions(readOnly bool) labels.Options {
	return labels.Options{
		Dir: p.dir, Annotator: annotator(), Classes: p.settings.classNames(), About: p.settings.descriptions(), Images: p.index, ReadOnly: readOnly,
	}
}

// openWriter makes this process the writer of the annotator's journal until Close. The studio's server does so.
func (p *Project) openWriter() (*labels.Store, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.writer {
		return p.store, nil
	}
	s, err := labels.Open(p.storeOptions(false))
	if err != nil {
		return nil, err
	}
	if p.store != nil {
		p.store.Close()
	}
	p.store, p.writer = s, true
	return s, nil
}

// applyKind is the kind of the message that carries a labels.Event to a studio's server.
const applyKind = "apply"

// patience is how long Apply waits for another program that writes the same journal; a command holds it for
// milliseconds.
const patience = time.Second

// Apply writes one event to the journal and returns when it is on disk. While the studio of this project is open,
// also in another process, the event goes through it, so that the page shows it at once.
//
// Errors: an unknown class, a value other than -1, 0 and 1; a *labels.LockedError when another program holds the
// journal; what the studio says when it refuses. The labels that were there stay as they were.
func (p *Project) Apply(ctx context.Context, e labels.Event) error {
	p.mu.Lock()
	if p.writer {
		defer p.mu.Unlock()
		_, err := p.store.Apply(e)
		return err
	}
	p.mu.Unlock()
	if err := checkWritable(p.dir); err != nil {
		return err
	}
	if e.ID == "" {
		e.ID = rand.Text() // one id however often it is tried
	}
	for begun := time.Now(); ; {
		s, err := labels.Open(p.storeOptions(false))
		if err == nil {
			_, err = s.Apply(e)
			return errors.Join(err, s.Close())
		}
		if locked := (*labels.LockedError)(nil); !errors.As(err, &locked) {
			return err
		}
		if sent, err := p.applyThroughServer(ctx, e); sent {
			return err
		}
		if time.Since(begun) > patience {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// applyThroughServer sends the event to the project's studio, if one is alive. The plan behind the event was made of the
// project as it is now, so what the studio refuses is what has come since it opened.
func (p *Project) applyThroughServer(ctx context.Context, e labels.Event) (sent bool, err error) {
	record, alive, err := host.Find(p.dir)
	if err != nil || !alive {
		return false, nil
	}
	e.By = annotator()
	data, err := json.Marshal(e)
	if err != nil {
		return true, fmt.Errorf("patchwork: %w", err)
	}
	_, err = record.Client().Post(ctx, host.Event{ID: e.ID, Kind: applyKind, Data: data})
	switch {
	case errors.Is(err, host.ErrNoServer):
		return false, nil
	case err != nil && !errors.Is(err, host.ErrUnsaved) && ctx.Err() == nil:
		err = fmt.Errorf("patchwork: nothing was changed, because the studio that is open refused: %w. It knows the images and "+
			"classes from when it was opened; press Done in it and try again", err)
	}
	return true, err
}

// change applies the event that plan makes of the current table.
func (p *Project) change(ctx context.Context, plan func(*labels.Table, *imageset.Index) (labels.Event, error)) error {
	t, err := p.Labels()
	if err != nil {
		return err
	}
	e, err := plan(t, p.Images())
	if err != nil || e.Empty() {
		return err
	}
	return p.Apply(ctx, e)
}

// ImportLabels reads labels from a CSV file with the columns of labels.csv; docs/labels.md has the rules. Nothing is
// imported when any row is wrong; the *labels.ImportError lists those rows. Columns in ignore are left out.
func (p *Project) ImportLabels(ctx context.Context, file string, o labels.ImportOptions) (labels.ImportReport, error) {
	var report labels.ImportReport
	o.Root = p.dir
	err := p.change(ctx, func(t *labels.Table, ix *imageset.Index) (e labels.Event, err error) {
		e, report, err = labels.ImportCSV(t, ix, file, o)
		return e, err
	})
	if err != nil {
		return labels.ImportReport{}, err
	}
	return report, nil
}

// LabelFromFolders labels each image by the name of its folder: that class present, the other folders' classes absent.
// Folder names become classes.
func (p *Project) LabelFromFolders(ctx context.Context) error {
	return p.change(ctx, func(t *labels.Table, ix *imageset.Index) (labels.Event, error) {
		_, e, err := labels.FromFolders(t, ix)
		return e, err
	})
}

// Split marks the share validation (0 to 1) of the labelled images as held out, stratified over the classes. Copies of one
// file stay on one side. The same seed and labels give the same split. Earlier marks are replaced.
func (p *Project) Split(ctx context.Context, validation float64, seed uint64) error {
	return p.SplitApart(ctx, validation, seed, nil)
}

// SplitApart is Split that keeps each group of images on one side too, such as DoublesReport.Groups. Groups may share
// images; then they stay together.
func (p *Project) SplitApart(ctx context.Context, validation float64, seed uint64, groups [][]string) error {
	return p.change(ctx, func(t *labels.Table, ix *imageset.Index) (labels.Event, error) {
		var pairs [][2]int
		for _, rows := range append(groupsOf(ix, groups), copiesOf(ix)...) {
			for _, row := range rows[min(1, len(rows)):] {
				pairs = append(pairs, [2]int{rows[0], row})
			}
		}
		return labels.Split(t, ix, validation, seed, quality.Groups(ix.Len(), pairs))
	})
}

// copiesOf are the images with the same file, by their first rows.
func copiesOf(ix *imageset.Index) (groups [][]int) {
	at := map[string]int{}
	for row := range ix.Len() {
		image := ix.At(row)
		if image.Problem != "" || image.Hash == "" {
			continue
		}
		g, ok := at[image.Hash]
		if !ok {
			g, groups = len(groups), append(groups, nil)
			at[image.Hash] = g
		}
		groups[g] = append(groups[g], row)
	}
	return groups
}

// ExportLabels writes the current table, under the project's rule, to a CSV file with the columns of labels.csv.
func (p *Project) ExportLabels(file string) error {
	t, err := p.LabelsUnder("")
	if err != nil {
		return err
	}
	return t.SaveCSV(file)
}
