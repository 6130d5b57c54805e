package patchwork

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// looks is a project's features, opened and measured for searches. Images that cannot be used, or have changed since, have
// none.
type looks struct {
	index   *imageset.Index
	store   *features.Store
	vectors *explore.Vectors
	file    string                  // of the features, without extension
	row     func(row int) []float32 // nil for a row without; may be called from several goroutines

	around *inContext // once they were asked for
}

// lookAt opens a project's features, shows them to search, and closes or keeps them.
type lookAt func(ctx context.Context, search func(*looks) error) error

// looks opens the current features. The caller closes them.
//
// Errors: ErrNoFeatures; ctx is done.
func (p *Project) looks(ctx context.Context) (*looks, error) {
	store, err := p.Features()
	if err != nil {
		return nil, err
	}
	index := p.Images()
	present := make([]bool, index.Len()) // asking the index at each search would take longer than the search
	for r := range present {
		present[r] = current(store, index, r)
	}
	l, err := newLooks(ctx, store, index, p.path("features", store.Spec().ID), present)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return l, nil
}

// newLooks measures the features of the rows that are present.
func newLooks(ctx context.Context, store *features.Store, index *imageset.Index, file string, present []bool) (l *looks, err error) {
	l = &looks{index: index, store: store, file: file}
	l.row = func(r int) []float32 {
		if r >= len(present) || !present[r] {
			return nil
		}
		return store.Row(r)
	}
	if l.vectors, err = explore.NewVectors(ctx, len(present), l.row); err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	return l, nil
}

// context is the features in their context, until close.
func (l *looks) context(ctx context.Context, p *Project, progress Progress) (*inContext, error) {
	var err error
	if l.around == nil {
		l.around, err = p.surroundings(l.store).neighbourhood(ctx, progress)
	}
	return l.around, err
}

// lookOnce is a lookAt that opens the features for one search.
func (p *Project) lookOnce(ctx context.Context, search func(*looks) error) error {
	l, err := p.looks(ctx)
	if err != nil {
		return err
	}
	return errors.Join(search(l), l.close())
}

func (l *looks) close() error {
	if l.around == nil {
		return l.store.Close()
	}
	return errors.Join(l.around.close(), l.store.Close())
}

// keptLooks keeps the features open between searches.
type keptLooks struct {
	mu    sync.Mutex // held during a search, because the files are closed when they have changed
	looks *looks
	stamp string
}

// use calls search with the current features, which are opened again when their files or the list of images have changed, also
// by another process.
func (k *keptLooks) use(ctx context.Context, p *Project, search func(*looks) error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	stamp := p.featuresStamp()
	if k.looks == nil || k.stamp != stamp || k.looks.index != p.Images() {
		if err := k.forget(); err != nil {
			return err
		}
		l, err := p.looks(ctx)
		if err != nil {
			return err
		}
		k.looks, k.stamp = l, stamp
	}
	return search(k.looks)
}

// close lets go of the features; the next use opens them again.
func (k *keptLooks) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.forget()
}

// forget is close; k.mu is held.
func (k *keptLooks) forget() error {
	if k.looks == nil {
		return nil
	}
	err := k.looks.close()
	k.looks = nil
	return err
}

// featuresStamp changes when other features become current, or more are computed.
func (p *Project) featuresStamp() string {
	s, err := readSettings(p.dir) // Embed may have run in another process
	if err != nil {
		return ""
	}
	stamp := s.Features + " " + features.InputKey(s.Input.read(), s.Input.resize())
	if stat, err := os.Stat(p.path("features", s.Features+".json")); err == nil {
		stamp += fmt.Sprintf(" %d %d", stat.ModTime().UnixNano(), stat.Size())
	}
	return stamp
}
