package labels

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The replay cache, journal/replay.cache, holds the history in binary, so that opening need not parse and resolve the
// journals again. It is bound to them by the length and checksum of what it covers, and to the image index by its
// fingerprint; what follows in the journals is parsed. When anything does not fit it is ignored. It is never needed.

const (
	cacheMagic = "patchwork replay cache 1\n"
	cacheTail  = 1000 // a writer that had to parse this many events at Open writes the cache at once
	cacheEvery = 2000 // and again after this many events of its own
)

func (s *Store) cacheFile() string { return filepath.Join(s.journalDir(), "replay.cache") }

// openJournals reads the journal files and returns the history from the cache, or an empty one, and for each of its
// journals the bytes that are still to be parsed.
func (s *Store) openJournals(images string) (*history, [][]byte, error) {
	files, err := journalFiles(s.o.Dir)
	if err != nil {
		return nil, nil, err
	}
	journals := make([]*journal, len(files))
	bodies := map[string][]byte{}
	for i, file := range files {
		j := &journal{annotator: annotatorOf(file), file: file}
		if bodies[j.annotator], j.info, err = readWhole(file); err != nil {
			return nil, nil, err
		}
		journals[i] = j
	}
	h := s.fromCache(images, bodies)
	if h == nil {
		h = newHistory(s.o.Images)
	}
	rest := make([][]byte, 0, len(files))
	for _, j := range h.journals { // of the cache: all of them are there
		rest = append(rest, bodies[j.annotator][j.covered:])
	}
	for _, j := range journals {
		at := h.journal(j.annotator, s.o.Dir)
		h.journals[at].file, h.journals[at].info = j.file, j.info
		if int(at) == len(rest) {
			rest = append(rest, bodies[j.annotator])
		}
	}
	return h, rest, nil
}

func readWhole(file string) ([]byte, os.FileInfo, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, fmt.Errorf("labels: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("labels: %w", err)
	}
	data := make([]byte, info.Size())
	n, err := io.ReadFull(f, data)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, nil, fmt.Errorf("labels: %w", err)
	}
	return data[:n], info, nil
}

// fromCache is the history in the cache, or nil if the cache is not that of these images and journals.
func (s *Store) fromCache(images string, bodies map[string][]byte) *history {
	data, err := os.ReadFile(s.cacheFile())
	if err != nil {
		return nil
	}
	h := decodeHistory(data, images, s.o.Images)
	if h == nil {
		return nil
	}
	for _, j := range h.journals {
		body, ok := bodies[j.annotator]
		if !ok || int64(len(body)) < j.covered || (checksum{}).add(body[:j.covered]) != j.sum {
			return nil
		}
	}
	return h
}

// refreshCache writes the cache if opening had much to parse.
func (s *Store) refreshCache() {
	if len(s.h.order)-s.cached >= cacheTail {
		s.saveCache()
	}
}

// saveCache writes the cache. It is not synced: a half-written one is ignored.
func (s *Store) saveCache() error {
	data := encodeHistory(s.h, fingerprint(s.o.Images))
	s.cached = len(s.h.order)
	return replaceFile(s.cacheFile(), data, false)
}

func encodeHistory(h *history, images string) []byte {
	e := encoder(make([]byte, 0, 1<<20))
	e = append(e, cacheMagic...)
	e.text(images)
	e.number(len(h.names) - int(firstClass))
	for _, name := range h.names[firstClass:] {
		e.text(name)
	}
	var journals []*journal
	for _, j := range h.journals {
		if j.covered > 0 {
			journals = append(journals, j)
		}
	}
	number := map[*journal]int{}
	e.number(len(journals))
	for i, j := range journals {
		number[j] = i
		e.text(j.annotator)
		e.text(j.owner)
		e.number(int(j.covered), int(j.sum.ieee), int(j.sum.castagnoli), j.lines, int(j.last), bit(j.open))
	}
	e.number(h.repeats, len(h.rows))
	for _, row := range h.rows {
		e = binary.LittleEndian.AppendUint32(e, uint32(row))
	}
	e.number(len(h.order))
	for _, r := range h.order {
		e.text(r.id)
		e.text(string(r.kind))
		e.text(r.target)
		e.text(r.text)
		e.number(int(r.time), number[h.journals[r.journal]], int(r.line), int(r.offset), int(r.size), int(r.lost), len(r.classes))
		for _, c := range r.classes {
			e.number(int(c))
		}
		e.number(len(r.ops))
		for _, o := range r.ops {
			e.number(int(o.column), int(o.value), int(o.lo), int(o.hi))
		}
	}
	return append(e, checksum{}.add(e).String()...)
}

// decodeHistory is the inverse; nil if data is damaged or made for other images.
func decodeHistory(data []byte, fits string, images Images) *history {
	end := len(data) - 16
	if end < len(cacheMagic) || string(data[:len(cacheMagic)]) != cacheMagic || (checksum{}).add(data[:end]).String() != string(data[end:]) {
		return nil
	}
	d := &decoder{data: string(data[len(cacheMagic):end])}
	if d.text() != fits {
		return nil
	}
	h := newHistory(images)
	for range d.count() {
		h.column(d.text())
	}
	for range d.count() {
		j := &journal{annotator: d.text(), owner: d.text(), covered: int64(d.number())}
		j.sum = checksum{uint32(d.number()), uint32(d.number())}
		j.lines, j.last, j.open = d.number(), int64(d.number()), d.number() == 1
		h.journals = append(h.journals, j)
	}
	h.repeats = d.number()
	h.rows = d.rows(images.Len())
	records := make([]record, d.count())
	h.order = make([]*record, len(records))
	h.byID = make(map[string]*record, len(records))
	ops := make([]op, 0, len(records))
	for i := range records {
		r := &records[i]
		r.id, r.kind, r.target, r.text = d.text(), Kind(d.text()), d.text(), d.text()
		r.time, r.journal, r.line = int64(d.number()), int32(d.index(len(h.journals))), int32(d.number())
		r.offset, r.size, r.lost = int64(d.number()), int32(d.number()), int32(d.number())
		for range d.count() {
			r.classes = append(r.classes, column(d.index(len(h.names))))
		}
		first := len(ops)
		for range d.count() {
			o := op{column(d.index(len(h.names))), Tri(d.number()), int32(d.number()), int32(d.number())}
			if o.lo < 0 || o.lo > o.hi || int(o.hi) > len(h.rows) {
				return nil
			}
			ops = append(ops, o)
		}
		r.ops = ops[first:len(ops):len(ops)]
		h.order[i] = r
		h.byID[r.id] = r
	}
	if d.bad || d.data != "" || len(h.byID) != len(records) {
		return nil
	}
	return h
}
