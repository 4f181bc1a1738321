// SPDX-License-Identifier: Apache-2.0
#include "standard.h"
#include "unit/core_stage.h"
#include "unit/login_stage.h"
