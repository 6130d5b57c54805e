package imageset

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"unicode/utf8"
)

// archive is the table of contents of a zip or tar file. Only image files count as members; what lies in hidden folders
// or is a resource fork of macOS does not.
type archive struct {
	path    string
	stamp   stamp
	file    *os.File // closed by the runtime when no reader is left
	members []member
	byName  map[string]int // of several members with one name the last, as when the archive is unpacked
	notes   []note         // what is passed over
	problem string         // why the table is missing, or ends before the archive does
	count   int            // entries seen, of every kind
}

// member is an image in an archive.
type member struct {
	name    string // clean, with slashes
	size    int64  // bytes when unpacked, as the archive says
	modTime int64  // Unix nanoseconds
	problem string // why it cannot be read
	open    func() (io.ReadCloser, error)
}

// note is an entry of an archive that is passed over. Line is its number, from 1.
type note struct {
	line   int
	reason string
}

// stamp tells whether a file has changed.
type stamp struct{ size, modTime int64 }

func stampOf(info fs.FileInfo) stamp { return stamp{info.Size(), info.ModTime().UnixNano()} }

// isArchive says whether a file of this name is a zip or tar file.
func isArchive(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".zip", ".tar":
		return true
	}
	return false
}

// isPackedTar says whether a file of this name is a tar file that is compressed as a whole.
func isPackedTar(name string) bool {
	name = strings.ToLower(name)
	for _, end := range []string{".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// splitArchive cuts the path of a member into that of its archive, which exists, and its name.
func splitArchive(p string) (file, name string, ok bool) {
	p = filepath.ToSlash(p)
	for i := range len(p) {
		if p[i] != '/' || !isArchive(p[:i]) {
			continue
		}
		file = filepath.FromSlash(p[:i])
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file, p[i+1:], true
		}
	}
	return "", "", false
}

// tables keeps the tables of contents that were used last: reading one of 100,000 members takes a tenth of a second,
// and every picture of the archive needs it. A table belongs to a state of the file and nothing else.
var tables struct {
	sync.Mutex
	recent []*archive // newest first
}

const tablesKept = 4

// openArchive returns the table of contents of a file. Its error is that of the file system; a broken archive has a
// problem.
func openArchive(file string) (*archive, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	tables.Lock()
	defer tables.Unlock()
	for i, a := range tables.recent {
		if a.path == file && a.stamp == stampOf(info) {
			copy(tables.recent[1:i+1], tables.recent[:i])
			tables.recent[0] = a
			return a, nil
		}
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	a := &archive{path: file, stamp: stampOf(info), file: f, byName: map[string]int{}}
	a.list()
	recent := []*archive{a}
	for _, other := range tables.recent {
		if other.path != file && len(recent) < tablesKept {
			recent = append(recent, other)
		}
	}
	tables.recent = recent
	return a, nil
}

// list reads the table. A library that panics over a broken file makes it a broken file.
func (a *archive) list() {
	defer func() {
		if r := recover(); r != nil {
			a.problem = fmt.Sprintf("the archive cannot be read: %v", r)
		}
	}()
	if strings.EqualFold(filepath.Ext(a.path), ".zip") {
		a.listZip(a.file, a.stamp.size)
	} else {
		a.listTar(a.file)
	}
}

// add takes a member into the table unless it is no image.
func (a *archive) add(m member) {
	name := m.name
	if !strings.Contains(name, "/") { // some programs on Windows write backslashes
		name = strings.ReplaceAll(name, `\`, "/")
	}
	if !hasImageExtension(name) {
		return
	}
	m.name = path.Clean(name)
	if !fs.ValidPath(strings.ToValidUTF8(m.name, "_")) {
		a.note("%q leads out of the archive", name)
		return
	}
	for part := range strings.SplitSeq(m.name, "/") {
		if strings.HasPrefix(part, ".") || part == "__MACOSX" {
			return
		}
	}
	if !utf8.ValidString(m.name) && m.problem == "" {
		m.problem = "the file name is not UTF-8; rename the file"
	}
	m.name = strings.ToValidUTF8(m.name, "\uFFFD")
	if i, ok := a.byName[m.name]; ok {
		a.note("%q stands in the archive before; this one counts, as when it is unpacked", m.name)
		a.members[i] = m
		return
	}
	a.byName[m.name] = len(a.members)
	a.members = append(a.members, m)
}

func (a *archive) note(format string, args ...any) {
	a.notes = append(a.notes, note{a.count, fmt.Sprintf(format, args...)})
}

// read unpacks a member. It never holds more than the limit, whatever the archive says.
//
// Errors: there is no such member (fs.ErrNotExist); it has a problem; it is larger than the limit or than the archive
// says; it is broken.
func (a *archive) read(name string, l Limits) (data []byte, s stamp, err error) {
	i, ok := a.byName[name]
	if !ok {
		return nil, s, fs.ErrNotExist
	}
	m := a.members[i]
	s = stamp{m.size, m.modTime}
	if m.problem != "" {
		return nil, s, errors.New(m.problem)
	}
	if err := l.checkBytes(m.size); err != nil {
		return nil, s, err
	}
	defer func() {
		if r := recover(); r != nil {
			data, err = nil, fmt.Errorf("cannot be unpacked: %v", r)
		}
	}()
	r, err := m.open()
	if err != nil {
		return nil, s, unpackError(err)
	}
	defer r.Close()
	data, err = io.ReadAll(io.LimitReader(r, m.size+1))
	if int64(len(data)) > m.size {
		return nil, s, fmt.Errorf("unpacks to more than the %d bytes that the archive says; the archive is damaged or made to do harm", m.size)
	}
	if err == nil && int64(len(data)) < m.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, s, unpackError(err)
	}
	return data, s, nil
}
