package feishutest

import "time"

// spent counts the updates of one table in the period under way.
type spent struct {
	began time.Time // zero: no period has begun
	count int
}

// allows says whether n more updates at now stay within the quota.
func (q Quota) allows(u *spent, n int, now time.Time) bool {
	if q.N <= 0 {
		return true
	}
	if q.Period > 0 && now.Sub(u.began) >= q.Period {
		*u = spent{}
	}
	return u.count+n <= q.N
}

// spend counts n updates that were made at now.
func (u *spent) spend(n int, now time.Time) {
	if u.count == 0 {
		u.began = now
	}
	u.count += n
}

// overMonth counts a call against the tenant's monthly quota and says whether it is used up.
func (s *Server) overMonth() bool {
	if s.config.MonthlyQuota <= 0 {
		return false
	}
	if s.monthly >= s.config.MonthlyQuota {
		return true
	}
	s.monthly++
	return false
}
