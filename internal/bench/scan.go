package main

import (
	"os"
	"path/filepath"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// rate makes a row of how many images a second go through, from the times of n images each.
func rate(name, what string, n int, ds []time.Duration, how string) Row {
	r := times(name, what, 0, ds, how)
	r.Unit, r.P95 = "images/s", 0
	r.Value = float64(n) / median(ds).Seconds()
	return r
}

// measureScan reads the project's own scenes: once for the index, once with thumbnails, and thumbnails alone.
func measureScan(t *trial) {
	const how = "small JPEG pictures of 256 x 256"
	dir := t.folder("scan")
	o := imageset.ScanOptions{Root: dir, Sources: []imageset.Source{{Path: t.scenes()}}}
	index, plain := t.scan(o, 3)
	t.report(rate("scan/read", "images scanned: read, hashed, decoded", index.Len(), plain, how))
	o.ThumbDir = filepath.Join(dir, "thumbs")
	_, both := t.scan(o, 3)
	t.report(rate("scan/thumbs", "  the same with thumbnails", index.Len(), both, how))

	reader := &imageset.Reader{Root: dir, Index: index}
	var ds []time.Duration
	for range 3 {
		t.must(os.RemoveAll(o.ThumbDir))
		begun := time.Now()
		for row := range index.Len() {
			_, err := imageset.EnsureThumb(o.ThumbDir, 0, reader, row)
			t.must(err)
		}
		ds = append(ds, time.Since(begun))
	}
	t.report(rate("scan/thumb", "thumbnails made one after the other", index.Len(), ds, "imageset.EnsureThumb, as when a page asks for one that is missing"))
}

// scan scans n times, each time as if for the first time.
func (t *trial) scan(o imageset.ScanOptions, n int) (index *imageset.Index, ds []time.Duration) {
	t.Helper()
	for range n {
		if o.ThumbDir != "" {
			t.must(os.RemoveAll(o.ThumbDir))
		}
		begun := time.Now()
		ix, report, err := imageset.Scan(t.ctx, o)
		ds = append(ds, time.Since(begun))
		t.must(err)
		if report.Added == 0 || report.Broken > 0 {
			t.Fatalf("the scan of the scenes says: %v", report)
		}
		index = ix
	}
	return index, ds
}
