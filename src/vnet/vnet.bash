# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for vnet: the program itself knows what can come next.
_vnet()
{
	local IFS=$'\n'
	COMPREPLY=($(vnet complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -F _vnet vnet
