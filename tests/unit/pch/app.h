// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"
#include "standard.h"
#include "temp_dir.h"
