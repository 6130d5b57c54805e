package host

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// watch ends the server when it is idle or the watched process is gone. It looks once a second, or four times within a
// shorter Idle.
func (s *Server) watch(ctx context.Context) {
	every := time.Second
	if s.o.Idle > 0 {
		every = max(min(every, s.o.Idle/4), time.Millisecond)
	}
	born := birth(s.o.WatchPID)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.o.WatchPID > 0 && (born == "" || birth(s.o.WatchPID) != born) {
			s.End(ReasonOrphan)
		}
		if s.o.Idle > 0 && s.idleFor() >= s.o.Idle {
			s.End(ReasonIdle)
		}
	}
}

func (s *Server) idleFor() time.Duration {
	busy := s.o.Busy != nil && s.o.Busy()
	s.mu.Lock()
	defer s.mu.Unlock()
	if busy || len(s.conns) > 0 {
		s.active = time.Now()
	}
	return time.Since(s.active)
}

// birth identifies the process with this id as long as it lives, and is "" when there is none. With /proc it holds the
// start time, so that another process with the same id later is not mistaken for it, and a zombie counts as gone.
func birth(pid int) string {
	if pid <= 0 {
		return ""
	}
	if err := syscall.Kill(pid, 0); err != nil && err != syscall.EPERM {
		return ""
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return fmt.Sprint(pid)
	}
	// "pid (name) state ppid …": the name may hold anything, so count from its last parenthesis. State is field 3 and
	// the start time field 22.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || string(fields[0]) == "Z" {
		return ""
	}
	return fmt.Sprintf("%d since %s", pid, fields[19])
}
