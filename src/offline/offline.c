/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "offline/offline.h"

const struct offline vnet_offline = {
	.version = VNET_VERSION,
	.xml_check = offline_xml_check,
	.xml_format = offline_xml_format,
	.xml_plan = offline_xml_plan,
	.xml_select = offline_xml_select,
	.look_at_host = offline_look_at_host,
};
