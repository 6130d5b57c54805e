package labels

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// The replay cache, journal/replay.cache, holds the history in binary, so that opening need not parse and resolve the
// journals again. It is bound to them by the length and checksum of what it covers, and to the image index by its
// fingerprint; what follows in the journals is parsed. When anything does not fit it is ignored. It is never needed.

const (
	cacheMagic = "patchwork replay cache 3\n"
	cacheTail  = 1000 // a writer that had to parse this many events at Open writes the cache at once
	cacheEvery = 2000 // and again after this many events of its own
)

func (s *Store) cacheFile() string { return filepath.Join(s.journalDir(), "replay.cache") }

// openJournals returns the history from the cache, or an empty one, with the journals that are there, and for each of
// them the bytes that are still to be parsed.
func (s *Store) openJournals() (*history, [][]byte, error) {
	files, err := journalFiles(s.o.Dir)
	if err != nil {
		return nil, nil, err
	}
	h, rest, err := s.fromCache(files)
	if err != nil {
		return nil, nil, err
	}
	if h == nil {
		h = newHistory(s.o.Images)
	}
	for _, file := range files {
		at := h.journal(annotatorOf(file), s.o.Dir)
		if int(at) < len(rest) {
			continue // the cache has it
		}
		body, _, err := h.journals[at].rest()
		if err != nil {
			return nil, nil, err
		}
		rest = append(rest, body)
	}
	return h, rest, nil
}

// fromCache is the history in the cache and what follows it in its journals; nil if the cache is not that of these
// images and journals.
func (s *Store) fromCache(files []string) (*history, [][]byte, error) {
	data, err := os.ReadFile(s.cacheFile())
	if err != nil {
		return nil, nil, nil
	}
	images := make(chan string, 1)
	go func() { images <- fingerprint(s.o.Images) }()
	h, fits := decodeHistory(data, s.o.Images)
	if h == nil || fits != <-images {
		return nil, nil, nil
	}
	rest := make([][]byte, len(h.journals))
	for i, j := range h.journals {
		j.file = filepath.Join(s.journalDir(), j.annotator+".jsonl")
		if !slices.Contains(files, j.file) {
			return nil, nil, nil
		}
		body, same, err := j.rest()
		if err != nil || !same {
			return nil, nil, err
		}
		rest[i] = body
	}
	return h, rest, nil
}

// rest reads the file after the bytes that are covered, if those are still the same.
func (j *journal) rest() (body []byte, same bool, err error) {
	f, err := os.Open(j.file)
	if err != nil {
		return nil, false, fmt.Errorf("labels: %w", err)
	}
	defer f.Close()
	if j.info, err = f.Stat(); err != nil {
		return nil, false, fmt.Errorf("labels: %w", err)
	}
	if j.info.Size() < j.covered {
		return nil, false, nil
	}
	var sum checksum
	buf := make([]byte, min(j.covered, 1<<18)) // small, so that it stays in the processor's cache
	for done := int64(0); done < j.covered; {
		n, err := f.Read(buf[:min(int64(len(buf)), j.covered-done)])
		if err != nil {
			return nil, false, fmt.Errorf("labels: %w", err)
		}
		sum = sum.add(buf[:n])
		done += int64(n)
	}
	if sum != j.sum {
		return nil, false, nil
	}
	body = make([]byte, j.info.Size()-j.covered)
	n, err := io.ReadFull(f, body)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, false, fmt.Errorf("labels: %w", err)
	}
	return body[:n], true, nil
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
	return atomicfile.Write(s.cacheFile(), data, 0o644, atomicfile.Cached)
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

// decodeHistory is the inverse; nil if data is damaged. fits is the fingerprint of the images that it was made with.
func decodeHistory(data []byte, images Images) (h *history, fits string) {
	end := len(data) - 16
	if end < len(cacheMagic) || string(data[:len(cacheMagic)]) != cacheMagic || (checksum{}).add(data[:end]).String() != string(data[end:]) {
		return nil, ""
	}
	d := &decoder{data: string(data[len(cacheMagic):end])}
	fits = d.text()
	h = newHistory(images)
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
				return nil, ""
			}
			ops = append(ops, o)
		}
		r.ops = ops[first:len(ops):len(ops)]
		h.order[i] = r
		h.byID[r.id] = r
	}
	if d.bad || d.data != "" || len(h.byID) != len(records) {
		return nil, ""
	}
	return h, fits
}
